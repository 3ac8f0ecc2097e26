module go.acme.example/journal

go 1.19
