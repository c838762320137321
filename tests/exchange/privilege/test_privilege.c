/* What a process may still do after it has given its privileges up. Each test does so in a child of its own. */
#include "tests/unit/base/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/privilege.h"

enum { AGAIN = 42 };

static char *program;

/* Runs fn in a child after privilege_drop and privilege_filter; the line of its first failed check, 0 = none. */
static int child(int (*fn)(void))
{
	int status = 0;
	pid_t pid = fork();
	if (pid == 0) {
		struct err err = {0};
		privilege_no_dump();
		if (privilege_drop(&err) != 0 || privilege_filter(&err) != 0) {
			fprintf(stderr, "%s\n", err.text);
			_exit(255);
		}
		_exit(fn());
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define CHECK(what)                                                   \
	do {                                                          \
		if (!(what)) {                                        \
			fprintf(stderr, "%d: %s\n", __LINE__, #what); \
			return 1;                                     \
		}                                                     \
	} while (0)
#define REFUSED(call) CHECK((errno = 0, (call) == -1) && errno == EPERM)

static uint64_t wanted(void)
{
	static const int list[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE,
	                           CAP_DAC_OVERRIDE, CAP_CHOWN};
	uint64_t set = 0;
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		set |= 1ull << list[i];
	return set;
}

static int capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	CHECK(syscall(SYS_capget, &head, data) == 0);
	CHECK(((uint64_t)data[1].effective << 32 | data[0].effective) == wanted());
	CHECK(((uint64_t)data[1].permitted << 32 | data[0].permitted) == wanted());
	CHECK(data[0].inheritable == 0 && data[1].inheritable == 0);
	for (int i = 0; i < 64; i++) {
		int in = prctl(PR_CAPBSET_READ, i, 0, 0, 0);
		CHECK(in < 0 || in == (int)(wanted() >> i & 1));
		CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) <= 0);
	}
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
	return 0;
}

static void exactly_the_listed_capabilities_are_left(void **state)
{
	(void)state;
	assert_int_equal(child(capabilities), 0);
}

static int dumps(void)
{
	struct rlimit limit;
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
	CHECK(getrlimit(RLIMIT_CORE, &limit) == 0);
	CHECK(limit.rlim_cur == 0 && limit.rlim_max == 0);
	return 0;
}

static int forbidden(void)
{
	char *const argv[] = {(char *)(uintptr_t) "true", NULL};
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED);
	CHECK(prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2);
	REFUSED(fork());
	REFUSED(execve("/bin/true", argv, NULL));
	REFUSED(execve("/proc/self/exe", argv, NULL)); /* only by our own name for it */
	REFUSED(syscall(SYS_ptrace, 0, 0, 0, 0));
	REFUSED(kill(getppid(), 0));
	REFUSED(unshare(CLONE_NEWNS));
	REFUSED(syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL));
	REFUSED(chroot("/"));
	REFUSED(syscall(SYS_bpf, 0, NULL, 0));
	REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
	REFUSED(setuid(1));
	REFUSED(socket(AF_PACKET, SOCK_RAW, 0));
	REFUSED(mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	CHECK(mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	      MAP_FAILED);
	return 0;
}

static void *nothing(void *arg)
{
	return arg;
}

static int allowed(void)
{
	pthread_t thread;
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 50);
	CHECK(fd >= 0 && close(fd) == 0);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK(pthread_create(&thread, NULL, nothing, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	return 0;
}

static int again(void)
{
	char *const argv[] = {program, (char *)(uintptr_t) "again", NULL};
	privilege_exec_self(argv);
	return 1;
}

/* The program after it executed itself: under the same filter, and under no second one. */
static int second_life(void)
{
	char line[256];
	struct err err = {0};
	int filters = -1;
	CHECK(privilege_drop(&err) == 0 && privilege_filter(&err) == 0);
	FILE *f = fopen("/proc/self/status", "re");
	CHECK(f != NULL);
	while (fgets(line, sizeof line, f) != NULL)
		sscanf(line, "Seccomp_filters: %d", &filters);
	fclose(f);
	CHECK(filters == 1 || filters == -1); /* kernels before 5.9 do not say */
	CHECK(capabilities() == 0);
	REFUSED(fork());
	return AGAIN;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool sanitized = true;
#else
static const bool sanitized = false;
#endif

static void there_are_no_core_dumps(void **state)
{
	(void)state;
	if (sanitized)
		skip();
	assert_int_equal(child(dumps), 0);
}

static void calls_that_are_not_on_the_list_fail(void **state)
{
	(void)state;
	if (sanitized)
		skip();
	assert_int_equal(child(forbidden), 0);
}

static void what_the_appliance_does_goes_on(void **state)
{
	(void)state;
	assert_int_equal(child(allowed), 0);
}

static void the_program_may_start_itself_over(void **state)
{
	(void)state;
	if (sanitized)
		skip();
	assert_int_equal(child(again), AGAIN);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(exactly_the_listed_capabilities_are_left),
	        cmocka_unit_test(there_are_no_core_dumps),
	        cmocka_unit_test(calls_that_are_not_on_the_list_fail),
	        cmocka_unit_test(what_the_appliance_does_goes_on),
	        cmocka_unit_test(the_program_may_start_itself_over),
	};
	program = argv[0];
	if (argc == 2 && strcmp(argv[1], "again") == 0)
		return second_life();
	if (geteuid() != 0) {
		puts("not root: there are no privileges to drop, nothing was tested");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
