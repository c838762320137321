/* Key pairs on disk: kept at once, read again, wiped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/pki/keys.h"
#include "tests/certs/certs.h"

static char folder[] = "/tmp/postern-keys-XXXXXX";
static int dir = -1;
static char said[300];

static void bad(const char *file, const char *why)
{
	snprintf(said, sizeof said, "%s: %s", file, why);
}

static struct pki_keys *opened(void)
{
	struct err err = {0};
	said[0] = '\0';
	struct pki_keys *keys = pki_keys_new(dir, bad, &err);
	if (keys == NULL)
		fail_msg("%s", err.text);
	return keys;
}

static int setup(void **state)
{
	(void)state;
	strcpy(strrchr(folder, '-') + 1, "XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	dir = open(folder, O_RDONLY | O_DIRECTORY);
	return dir >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
	char command[64];
	(void)state;
	close(dir);
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static void put(struct pki_keys *keys, const char *label, unsigned sign, unsigned encrypt)
{
	struct err err = {0};
	struct pki_pair pair = {.made_s = 1764233000, .general = sign == encrypt};
	str_copy(pair.label, sizeof pair.label, str_of(label));
	pair.key[PKI_KEY_SIGN] = cert_key(sign, 1024);
	pair.key[PKI_KEY_ENCRYPT] = cert_key(encrypt, 1024);
	if (pki_keys_put(keys, &pair, &err) != 0)
		fail_msg("%s", err.text);
}

static bool same_key(const struct pki_key *a, const struct pki_key *b)
{
	return bytes_eq(pki_key_public(a), pki_key_public(b));
}

static void test_kept(void **state)
{
	(void)state;
	struct stat st;
	struct pki_keys *keys = opened();
	assert_int_equal(pki_keys_count(keys), 0);
	put(keys, "<Default-RSA-Key>", 0, 0);
	put(keys, "vpn", 1, 2);
	put(keys, "../x", 1, 1);
	pki_keys_free(keys);
	assert_int_equal(fstatat(dir, "rsa/%3CDefault-RSA-Key%3E", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(fstatat(dir, "rsa/%2E.%2Fx", &st, 0), 0);
	assert_int_equal(fstatat(dir, "rsa", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);

	keys = opened();
	assert_string_equal(said, "");
	assert_int_equal(pki_keys_count(keys), 3);
	const struct pki_pair *p = pki_keys_find(keys, "<Default-RSA-Key>");
	assert_non_null(p);
	assert_true(p->general);
	assert_int_equal(p->made_s, 1764233000);
	assert_true(same_key(p->key[PKI_KEY_SIGN], cert_key(0, 1024)));
	assert_ptr_equal(p->key[PKI_KEY_SIGN], p->key[PKI_KEY_ENCRYPT]);
	p = pki_keys_find(keys, "vpn");
	assert_false(p->general);
	assert_true(same_key(p->key[PKI_KEY_SIGN], cert_key(1, 1024)));
	assert_true(same_key(p->key[PKI_KEY_ENCRYPT], cert_key(2, 1024)));
	assert_string_equal(pki_keys_at(keys, 0)->label, "../x");
	assert_null(pki_keys_find(keys, "VPN"));
	pki_keys_free(keys);
}

/* A second name for the file of a key, which goes then. */
static void only_zeros(const char *name)
{
	int fd = openat(dir, name, O_RDONLY);
	char c = 1;
	size_t n = 0;
	for (; read(fd, &c, 1) == 1; n++)
		assert_int_equal(c, 0);
	assert_true(n > 500);
	close(fd);
	unlinkat(dir, name, 0);
}

static void test_replaced_and_removed(void **state)
{
	(void)state;
	struct err err = {0};
	struct stat st;
	struct pki_keys *keys = opened();
	put(keys, "a", 0, 1);
	assert_int_equal(linkat(dir, "rsa/a", dir, "left", 0), 0);
	put(keys, "a", 2, 2);
	assert_int_equal(pki_keys_count(keys), 1);
	pki_keys_free(keys);
	only_zeros("left");
	keys = opened();
	assert_true(same_key(pki_keys_find(keys, "a")->key[PKI_KEY_SIGN], cert_key(2, 1024)));
	assert_true(pki_keys_find(keys, "a")->general);
	/* A second name for the file shows what became of its bytes. */
	assert_int_equal(linkat(dir, "rsa/a", dir, "left", 0), 0);
	assert_int_equal(pki_keys_remove(keys, "a", &err), 0);
	assert_int_equal(pki_keys_remove(keys, "a", &err), -ENOENT);
	assert_int_equal(pki_keys_count(keys), 0);
	assert_int_equal(fstatat(dir, "rsa/a", &st, 0), -1);
	only_zeros("left");
	pki_keys_free(keys);
}

/* What is no key of ours is named and left alone; a half-written file is not taken for one. */
static void test_foreign_files(void **state)
{
	(void)state;
	struct stat st;
	static const char *const files[] = {"rsa/junk", "rsa/bad%name", "rsa/b%61d"};
	struct pki_keys *keys = opened();
	put(keys, "good", 0, 0);
	pki_keys_free(keys);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		int fd = openat(dir, files[i], O_WRONLY | O_CREAT, 0600);
		assert_int_equal(write(fd, "-----BEGIN PRIVATE KEY-----\n", 28), 28);
		close(fd);
		keys = opened();
		assert_int_equal(pki_keys_count(keys), 1);
		assert_non_null(strstr(said, files[i] + 4));
		assert_int_equal(fstatat(dir, files[i], &st, 0), 0);
		unlinkat(dir, files[i], 0);
		pki_keys_free(keys);
	}
	assert_int_equal(linkat(dir, "rsa/good", dir, "rsa/.new", 0), 0);
	assert_int_equal(symlinkat("good", dir, "rsa/link"), 0);
	keys = opened();
	assert_int_equal(pki_keys_count(keys), 1);
	assert_non_null(strstr(said, "link"));
	assert_int_equal(fstatat(dir, "rsa/.new", &st, 0), -1);
	pki_keys_free(keys);
}

/* Of two keys one is damaged, or cut off: what is left is not taken for both. */
static void test_half_a_pair(void **state)
{
	(void)state;
	static char text[8192];
	for (unsigned cut = 0; cut < 2; cut++) {
		struct pki_keys *keys = opened();
		put(keys, "two", 0, 1);
		pki_keys_free(keys);
		int fd = openat(dir, "rsa/two", O_RDWR);
		ssize_t n = read(fd, text, sizeof text - 1);
		assert_true(n > 1000);
		text[n] = '\0';
		char *second = strstr(strstr(text, "-----END"), "-----BEGIN");
		assert_non_null(second);
		if (cut)
			assert_int_equal(ftruncate(fd, second - text + 100), 0);
		else
			assert_int_equal(pwrite(fd, "!!!!", 4, second - text + 100), 4);
		close(fd);
		keys = opened();
		assert_int_equal(pki_keys_count(keys), 0);
		assert_string_equal(said, "two: it is not a key pair");
		pki_keys_free(keys);
	}
}

static void test_not_kept(void **state)
{
	(void)state;
	struct err err = {0};
	struct pki_keys *keys = pki_keys_new(-1, NULL, &err);
	char label[16];
	assert_non_null(keys);
	for (unsigned i = 0; i < PKI_PAIRS_MAX; i++) {
		snprintf(label, sizeof label, "k%u", i);
		put(keys, label, 0, 0);
	}
	struct pki_pair more = {.label = "more", .general = true, .key = {cert_key(0, 1024), cert_key(0, 1024)}};
	assert_int_equal(pki_keys_put(keys, &more, &err), -ENOSPC);
	assert_int_equal(pki_keys_remove(keys, "k7", &err), 0);
	assert_int_equal(pki_keys_put(keys, &more, &err), 0);
	pki_keys_free(keys);
}

/* The folder was taken away: the pair that was there stays. */
static void test_cannot_be_kept(void **state)
{
	(void)state;
	struct err err = {0};
	struct pki_keys *keys = opened();
	put(keys, "a", 0, 0);
	assert_int_equal(unlinkat(dir, "rsa/a", 0), 0);
	assert_int_equal(unlinkat(dir, "rsa", AT_REMOVEDIR), 0);
	struct pki_pair pair = {.label = "a", .general = true, .key = {cert_key(1, 1024), cert_key(1, 1024)}};
	assert_int_equal(pki_keys_put(keys, &pair, &err), -ENOENT);
	assert_non_null(strstr(err.text, "cannot be kept"));
	assert_true(same_key(pki_keys_find(keys, "a")->key[PKI_KEY_SIGN], cert_key(0, 1024)));
	pki_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_replaced_and_removed, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_foreign_files, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_half_a_pair, setup, teardown),
	        cmocka_unit_test_setup_teardown(test_cannot_be_kept, setup, teardown),
	        cmocka_unit_test(test_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
