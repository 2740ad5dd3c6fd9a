"""Zero-knowledge proofs: possession of a secret, membership of a plaintext in a list, right decryption."""
