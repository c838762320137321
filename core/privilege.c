#include "core/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

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
#ifdef __SANITIZE_ADDRESS__
	return; /* the leak checker attaches to its own process */
#endif
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
}
