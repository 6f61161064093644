"""Cases as files: written whole or not at all, read with suspicion, brought up to date from earlier versions."""
