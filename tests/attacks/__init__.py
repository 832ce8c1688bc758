"""What attackers do, each as a script that has to fail."""
