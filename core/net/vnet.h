/* The header in front of packets of a TUN device with IFF_VNET_HDR (virtio 1.2 §5.1.6), and what the system's headers
 * are too old to know. */
#ifndef CORE_NET_VNET_H
#define CORE_NET_VNET_H

#include <linux/if_tun.h>
#include <linux/virtio_net.h>

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5 /* Linux 6.2 */
#endif
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20 /* Linux 6.2 */
#define TUN_F_USO6 0x40
#endif

enum {
	VNET_LEN = sizeof(struct virtio_net_hdr),
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	IP_HEADER = 20,   /* without options */
	UDP_HEADER = 8,
	IP_DF = 0x4000,
	IP_FRAGMENT = 0x3fff, /* more fragments, offset */
	IP_SUM_AT = 10,
	IP_ID_AT = 4,
	TCP_SUM_AT = 16,
	UDP_SUM_AT = 6,
	TCP_SEQ_AT = 4,
	TCP_FLAGS_AT = 12, /* data offset, flags */
	TCP_FIN = 0x01,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

#endif
