"""What all benchmarks share: processes, load, races, figures and goals."""
