"""Real files, threads and other processes: transactions, cancellation, closing, faults."""
