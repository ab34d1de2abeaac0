module saoma-reference

go 1.19
