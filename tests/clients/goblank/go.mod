module goblank

go 1.24
