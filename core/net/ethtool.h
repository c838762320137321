/* What a network card says of itself; for show only. */
#ifndef CORE_NET_ETHTOOL_H
#define CORE_NET_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

struct ethtool_info {
	char driver[32];     /* "virtio_net"; "ethernet" when the driver does not say */
	uint32_t speed_mbps; /* 0 = not known */
	bool duplex_known, full_duplex, autoneg;
	bool pause_known, rx_pause, tx_pause; /* flow control */
	uint32_t rx_ring, tx_ring;            /* descriptors, 0 = the driver does not say */
};

void ethtool_read(const char *dev, struct ethtool_info *info);

#endif
