module github.com/acme/audit

go 1.19

require example.com/extra v1.0.0
