module direct

go 1.24
