def find(key) = "found #{key}"
