"""The office's backups 备份, and what is left to do after one was put back."""
