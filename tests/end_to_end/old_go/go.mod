module old

go 1.24
