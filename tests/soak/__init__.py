"""Works on one database for minutes or hours, with other processes, cancellations and kills, and keeps accounts."""
