module gotransport

go 1.24
