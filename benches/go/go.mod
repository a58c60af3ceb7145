module taut-benches

go 1.27
