#include "core/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/sanitized.h"
#include "core/base/str.h"

/* ------------------------------------------------------------------ capabilities */

/* Why each is kept:
 *   NET_ADMIN         routes, addresses (manage: yes), nftables rules, the TUN device
 *   NET_RAW           ESP and ICMP sockets opened by later configuration
 *   NET_BIND_SERVICE  UDP 500 and 4500 when IKE is enabled on the fly
 *   DAC_OVERRIDE      reads /proc of other programs to name who holds a port; startup-config in a foreign dir
 *   CHOWN             the console's socket goes to group postern */
static const unsigned kept[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE, CAP_DAC_OVERRIDE,
                                CAP_CHOWN};

int privilege_drop(struct err *err)
{
	if (geteuid() != 0)
		return 0;
	capng_clear(CAPNG_SELECT_BOTH);
	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET,
		                 kept[i]) != 0)
			return err_set(err, -EINVAL, "capability %u is not known to this system",
			               kept[i]);
	if (capng_apply(CAPNG_SELECT_BOTH) != 0)
		return err_set(err, -EPERM, "cannot drop capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err, -errno, "cannot set no-new-privileges");
	return 0;
}

void privilege_no_dump(void)
{
	if (SANITIZED)
		return; /* the leak checker attaches to its own process */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}

/* ------------------------------------------------------------------ system calls */

/* Calls that are allowed whatever their arguments are, by what they are for. Names this machine's kernel does not
 * have are passed over: the list serves every architecture, some of which have only the older or the newer of two. */
static const struct {
	const char *what_for, *names;
} calls[] = {
        {"event loop, waiting, time, signals",
         "epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 poll ppoll "
         "select pselect6 eventfd2 pipe2 timerfd_create timerfd_settime "
         "timerfd_gettime clock_gettime clock_getres clock_nanosleep nanosleep "
         "gettimeofday time rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack "
         "rt_sigpending restart_syscall"},
        {"sockets: UDP, raw ESP and ICMP, netlink, the console's Unix socket, syslog",
         "bind connect listen accept accept4 getsockname getpeername setsockopt "
         "getsockopt sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg shutdown"},
        {"files: startup-config, host settings, the grammar, /proc/net, name services",
         "open openat close close_range read readv pread64 write writev pwrite64 lseek "
         "_llseek fstat fstat64 stat stat64 lstat lstat64 newfstatat fstatat64 statx "
         "statfs statfs64 fstatfs fstatfs64 access faccessat faccessat2 readlink "
         "readlinkat getdents getdents64 getcwd fcntl fcntl64 flock dup dup2 dup3 "
         "fsync fdatasync ftruncate fadvise64 rename renameat renameat2 unlink "
         "unlinkat mkdir mkdirat rmdir chmod fchmod fchmodat chown fchown fchownat "
         "lchown umask inotify_init1 inotify_add_watch inotify_rm_watch"},
        {"memory", "brk munmap mremap madvise mlock munlock membarrier"},
        {"threads: the packet path, helpers for Diffie-Hellman",
         "futex futex_time64 set_robust_list get_robust_list set_tid_address rseq "
         "sched_yield sched_getaffinity sched_getparam sched_getscheduler "
         "sched_get_priority_max sched_get_priority_min getcpu exit exit_group tgkill"},
        {"who and where we are, randomness, limits; the start after `reload` drops privileges "
         "again",
         "getpid getppid gettid getuid geteuid getgid getegid getresuid getresgid "
         "getgroups uname sysinfo getrusage times getrandom prlimit64 getrlimit "
         "ugetrlimit setrlimit arch_prctl prctl capget capset"},
};

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};

/* Blocking, close-on-exec, what terminals and interfaces are like, the TUN device. */
static const unsigned long ioctls[] = {
        FIONBIO,      FIONREAD,     FIOCLEX,      TCGETS,        TIOCGWINSZ,      SIOCGIFNAME,
        SIOCGIFINDEX, SIOCGIFFLAGS, SIOCSIFFLAGS, SIOCGIFMTU,    SIOCSIFMTU,      SIOCSIFTXQLEN,
        SIOCGIFHWADDR, SIOCETHTOOL, TUNSETIFF,    TUNGETIFF,     TUNSETOFFLOAD,   TUNSETVNETHDRSZ,
};

/* Memory is for writing or for executing, never both. */
static const int protections[] = {0, PROT_WRITE, PROT_EXEC};

/* The name the program executes itself by, alone on a page that cannot be written and lies at the same place every
 * time: the filter sees the address of a name, not the name, and it outlives the program that set it. A stray
 * execve of a shell is refused; who already runs code of his own in here could put another name there. */
static char *const self_page = (char *)0x10000000;

static int self_page_make(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *at = mmap(self_page, size, PROT_READ | PROT_WRITE,
	                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (at == MAP_FAILED)
		return errno == EEXIST ? 0 : -errno; /* made before */
	if (at != self_page) {
		munmap(at, size);
		return -EEXIST;
	}
	strcpy(self_page, "/proc/self/exe");
	return mprotect(self_page, size, PROT_READ) == 0 ? 0 : -errno;
}

static int allow(scmp_filter_ctx f, const char *name, unsigned n, const struct scmp_arg_cmp *args)
{
	int call = seccomp_syscall_resolve_name(name);
	return call == __NR_SCMP_ERROR ? 0
	                               : seccomp_rule_add_array(f, SCMP_ACT_ALLOW, call, n, args);
}

static int allow_all(scmp_filter_ctx f, struct str names)
{
	char name[32];
	int rc = 0;
	for (struct str word; rc == 0 && (word = str_word(&names)).len > 0;)
		rc = str_copy(name, sizeof name, word) ? allow(f, name, 0, NULL) : -EINVAL;
	return rc;
}

static int allow_some(scmp_filter_ctx f)
{
	const scmp_datum_t write_exec = PROT_WRITE | PROT_EXEC;
	struct scmp_arg_cmp c;
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < sizeof families / sizeof families[0]; i++) {
		c = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)families[i], 0);
		rc = allow(f, "socket", 1, &c);
	}
	if (rc == 0) { /* by which libcurl's threads wake each other */
		c = SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0);
		rc = allow(f, "socketpair", 1, &c);
	}
	for (size_t i = 0; rc == 0 && i < sizeof ioctls / sizeof ioctls[0]; i++) {
		c = SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)ioctls[i]);
		rc = allow(f, "ioctl", 1, &c);
	}
	for (size_t i = 0; rc == 0 && i < sizeof protections / sizeof protections[0]; i++) {
		c = SCMP_A2(SCMP_CMP_MASKED_EQ, write_exec, (scmp_datum_t)protections[i]);
		rc = allow(f, "mmap", 1, &c);
		if (rc == 0)
			rc = allow(f, "mmap2", 1, &c);
		if (rc == 0)
			rc = allow(f, "mprotect", 1, &c);
	}
	if (rc == 0) { /* threads, no processes */
		c = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
		rc = allow(f, "clone", 1, &c);
	}
	if (rc == 0 && self_page_make() == 0) {
		c = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)(uintptr_t)self_page, 0);
		rc = allow(f, "execve", 1, &c);
	}
	return rc;
}

static int filter_load(scmp_filter_ctx f)
{
	int rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_LOG, 1);
	if (rc == 0)
		rc = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; rc == 0 && i < sizeof calls / sizeof calls[0]; i++)
		rc = allow_all(f, str_of(calls[i].names));
	if (rc == 0)
		rc = allow_some(f);
	/* Its flags are behind a pointer: the C library uses clone when there is no clone3. */
	if (rc == 0)
		rc = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc == 0 ? seccomp_load(f) : rc;
}

#define FILTERED "POSTERN_FILTERED" /* in the environment of a program that executed itself */

int privilege_filter(struct err *err)
{
	const char *kill = getenv("POSTERN_FILTER");
	if (SANITIZED)
		return 0;
	if (getenv(FILTERED) != NULL && prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2)
		return 0;
	scmp_filter_ctx f =
	        seccomp_init(kill != NULL && strcmp(kill, "kill") == 0 ? SCMP_ACT_KILL_PROCESS
	                                                               : SCMP_ACT_ERRNO(EPERM));
	if (f == NULL)
		return err_set(err, -ENOMEM, "cannot make the system call filter");
	int rc = filter_load(f);
	seccomp_release(f);
	if (rc != 0)
		return err_set(err, rc, "cannot set the system call filter: %s", strerror(-rc));
	setenv(FILTERED, "1", 1);
	return 0;
}

void privilege_exec_self(char *const argv[])
{
	bool page = self_page_make() == 0;
	execv(page ? self_page : "/proc/self/exe", argv);
}
