module github.com/acme/budget

go 1.19
