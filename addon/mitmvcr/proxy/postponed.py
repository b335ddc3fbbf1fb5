"""What a run had better not import at its start; the room of it is for nobody else."""

from mitmvcr.proxy.host.late_imports import postpone as postpone
