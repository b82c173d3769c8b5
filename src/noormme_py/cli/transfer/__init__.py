"""The commands `noormme transfer …`. Only `app` and what it imports may be loaded without the extra 'postgres'."""
