"""What servers post to Plaxe. Nobody can prove where it comes from, so it only says where to look."""
