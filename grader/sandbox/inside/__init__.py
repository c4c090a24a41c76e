"""What runs inside the box, before and around the kernel; imported there as the package ``inside``, all by itself."""
