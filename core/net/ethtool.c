#include "core/net/ethtool.h"

#include <net/if.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

void ethtool_read(const char *dev, struct ethtool_info *info)
{
	struct ethtool_drvinfo driver = {.cmd = ETHTOOL_GDRVINFO};
	struct ethtool_cmd link = {.cmd = ETHTOOL_GSET};
	struct ethtool_pauseparam pause = {.cmd = ETHTOOL_GPAUSEPARAM};
	struct ethtool_ringparam ring = {.cmd = ETHTOOL_GRINGPARAM};
	struct ifreq req = {0};
	*info = (struct ethtool_info){.driver = "ethernet"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	req.ifr_data = (char *)&driver;
	if (!ioctl(fd, SIOCETHTOOL, &req))
		snprintf(info->driver, sizeof(info->driver), "%s", driver.driver);
	req.ifr_data = (char *)&link;
	if (!ioctl(fd, SIOCETHTOOL, &req)) {
		uint32_t speed = (uint32_t)link.speed_hi << 16 | link.speed;
		info->speed_mbps = speed == (uint32_t)SPEED_UNKNOWN ? 0 : speed;
		info->duplex_known = link.duplex == DUPLEX_FULL || link.duplex == DUPLEX_HALF;
		info->full_duplex = link.duplex == DUPLEX_FULL;
		info->autoneg = link.autoneg == AUTONEG_ENABLE;
	}
	req.ifr_data = (char *)&pause;
	if (!ioctl(fd, SIOCETHTOOL, &req)) {
		info->pause_known = true;
		info->rx_pause = pause.rx_pause != 0;
		info->tx_pause = pause.tx_pause != 0;
	}
	req.ifr_data = (char *)&ring;
	if (!ioctl(fd, SIOCETHTOOL, &req)) {
		info->rx_ring = ring.rx_pending;
		info->tx_ring = ring.tx_pending;
	}
	close(fd);
}
