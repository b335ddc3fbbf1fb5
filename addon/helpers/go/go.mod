module mitmvcr/mitmvcrtest

go 1.22
