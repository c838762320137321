/* Enrolments that wait for the CA, one a line: "1 TRUSTPOINT TRANSACTION TRIES CERTIFICATE". Trustpoint and the
 * certificate that signs (not a secret) as hexadecimal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/out.h"
#include "crypto/pki/scep_priv.h"

enum { LINE_MAX_LEN = 2 * (PKI_CERT_MAX + SCEP_TRUSTPOINT_MAX) + 100, FILE_MAX = PKI_SCEP_TRANSACTIONS_MAX * LINE_MAX_LEN };
static const char name[] = "scep", scratch[] = "scep.new";

static void put_hex(struct out *o, struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		out_printf(o, "%02x", b.p[i]);
}

static bool write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.p, text.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_from(text, (size_t)n);
	}
	return true;
}

/* Temporary file, sync, rename, sync of the folder. */
static bool save(int dir, struct str text)
{
	int fd = openat(dir, scratch, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && write_all(fd, text) && fsync(fd) == 0;
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	ok = ok && renameat(dir, scratch, dir, name) == 0 && fsync(dir) == 0;
	if (!ok)
		unlinkat(dir, scratch, 0);
	return ok;
}

void scep_file_write(const struct pki_scep *s)
{
	struct out o;
	bool ok;
	if (s->dir < 0)
		return;
	out_init(&o);
	for (const struct pki_scep_query *q = s->queries; q != NULL; q = q->next) {
		if (!scep_enrolls(q) || !q->pending)
			continue;
		out_str(&o, "1 ");
		put_hex(&o, (struct bytes){(const uint8_t *)q->trustpoint, strlen(q->trustpoint)});
		out_printf(&o, " %s %u ", q->transaction, q->tries);
		put_hex(&o, pki_cert_der(q->from));
		out_str(&o, "\n");
	}
	if (o.len == 0)
		ok = unlinkat(s->dir, name, 0) == 0 || errno == ENOENT;
	else
		ok = !o.failed && save(s->dir, out_text(&o));
	if (!ok)
		log_msg(MSG_717011, "keys/scep cannot be written:", strerror(errno));
	out_free(&o);
}

/* ------------------------------------------------------------------ reading */

static int digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* How many bytes; 0 when it is not hexadecimal or too long. */
static size_t from_hex(struct str text, uint8_t *to, size_t cap)
{
	if (text.len % 2 != 0 || text.len / 2 > cap)
		return 0;
	for (size_t i = 0; i < text.len / 2; i++) {
		int high = digit(text.p[2 * i]), low = digit(text.p[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return text.len / 2;
}

struct pending {
	char trustpoint[SCEP_TRUSTPOINT_MAX + 1], transaction[SCEP_TRANSACTION + 1];
	uint32_t tries;
	struct pki_cert *from;
};

static bool read_line(struct str line, struct pending *p)
{
	static uint8_t der[PKI_CERT_MAX];
	struct str version = str_word(&line), trustpoint = str_word(&line), transaction = str_word(&line),
	           tries = str_word(&line), cert = str_word(&line);
	size_t n = from_hex(trustpoint, (uint8_t *)p->trustpoint, SCEP_TRUSTPOINT_MAX);
	p->trustpoint[n] = '\0';
	if (!str_eq_cstr(version, "1") || n == 0 || strlen(p->trustpoint) != n || transaction.len != SCEP_TRANSACTION ||
	    !str_copy(p->transaction, sizeof p->transaction, transaction) || !str_to_u32(tries, 1000000, &p->tries))
		return false;
	for (size_t i = 0; i < SCEP_TRANSACTION; i++)
		if (digit(p->transaction[i]) < 0)
			return false;
	n = from_hex(cert, der, sizeof der);
	p->from = n > 0 ? pki_cert_read((struct bytes){der, n}, NULL) : NULL;
	return p->from != NULL;
}

static char *read_file(int dir, size_t *len)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *text = fd >= 0 ? malloc(FILE_MAX) : NULL;
	ssize_t n = 1;
	*len = 0;
	while (text != NULL && *len < FILE_MAX && n > 0) {
		n = read(fd, text + *len, FILE_MAX - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	return text;
}

void scep_file_read(const struct pki_scep *s, void (*fn)(struct pki_scep *s, const char *trustpoint,
                                                         const char *transaction, struct pki_cert *from, unsigned tries))
{
	size_t len = 0;
	char *text = s->dir >= 0 ? read_file(s->dir, &len) : NULL;
	for (struct str rest = {text, text != NULL ? len : 0}; rest.len > 0;) {
		const char *end = memchr(rest.p, '\n', rest.len);
		size_t n = end != NULL ? (size_t)(end - rest.p) : rest.len;
		struct pending p = {0};
		if (read_line((struct str){rest.p, n}, &p))
			fn((struct pki_scep *)s, p.trustpoint, p.transaction, p.from, p.tries);
		else
			log_msg(MSG_717011, "keys/scep:", "a line that cannot be read is passed over");
		pki_cert_drop(p.from);
		rest = str_from(rest, end != NULL ? n + 1 : n);
	}
	free(text);
}
