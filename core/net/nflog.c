#include "core/net/nflog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdlib.h>
#include <string.h>

enum { COPY = 96 /* of a packet: headers */, WAIT_CS = 5 /* until the kernel sends what it collected */ };

struct nflog {
	struct mnl_socket *s;
	uint32_t seq;
};

union message {
	struct nlmsghdr h;
	char space[512];
};

static struct nlmsghdr *message_start(struct nflog *l, union message *m, uint16_t group)
{
	memset(m, 0, sizeof *m);
	struct nlmsghdr *h = mnl_nlmsg_put_header(m->space);
	h->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = ++l->seq;
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g);
	g->nfgen_family = AF_INET;
	g->version = NFNETLINK_V0;
	g->res_id = htons(group);
	return h;
}

static int ask(struct nflog *l, struct nlmsghdr *h)
{
	char buf[4096];
	if (mnl_socket_sendto(l->s, h, h->nlmsg_len) < 0)
		return -errno;
	ssize_t n = mnl_socket_recvfrom(l->s, buf, sizeof buf);
	if (n < 0)
		return -errno;
	return mnl_cb_run(buf, (size_t)n, l->seq, mnl_socket_get_portid(l->s), NULL, NULL) < 0 ? -errno
	                                                                                      : 0;
}

static int bind_group(struct nflog *l, uint16_t group)
{
	union message m;
	struct nlmsghdr *h = message_start(l, &m, group);
	struct nfulnl_msg_config_cmd cmd = {.command = NFULNL_CFG_CMD_BIND};
	struct nfulnl_msg_config_mode mode = {.copy_range = htonl(COPY), .copy_mode = NFULNL_COPY_PACKET};
	mnl_attr_put(h, NFULA_CFG_CMD, sizeof cmd, &cmd);
	int rc = ask(l, h);
	if (rc != 0)
		return rc;
	h = message_start(l, &m, group);
	mnl_attr_put(h, NFULA_CFG_MODE, sizeof mode, &mode);
	mnl_attr_put_u32(h, NFULA_CFG_TIMEOUT, htonl(WAIT_CS));
	return ask(l, h);
}

int nflog_open(struct nflog **out, uint16_t group, struct err *err)
{
	struct nflog *l = calloc(1, sizeof *l);
	int rc = -ENOMEM, on = 1;
	*out = NULL;
	if (l != NULL) {
		l->s = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
		rc = l->s == NULL || mnl_socket_bind(l->s, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno
		                                                                     : bind_group(l, group);
	}
	if (rc != 0) {
		nflog_close(l);
		return err_set(err, rc, "no messages of nftables: %s", strerror(-rc));
	}
	/* What is lost in a flood is not worth an error. */
	mnl_socket_setsockopt(l->s, NETLINK_NO_ENOBUFS, &on, sizeof on);
	*out = l;
	return 0;
}

void nflog_close(struct nflog *l)
{
	if (l != NULL && l->s != NULL)
		mnl_socket_close(l->s);
	free(l);
}

int nflog_fd(const struct nflog *l)
{
	return mnl_socket_get_fd(l->s);
}

static int put_attr(const struct nlattr *a, void *arg)
{
	struct nflog_event *e = arg;
	size_t len = mnl_attr_get_payload_len(a);
	switch (mnl_attr_get_type(a)) {
	case NFULA_PREFIX:
		str_copy(e->prefix, sizeof e->prefix,
		         (struct str){mnl_attr_get_payload(a), strnlen(mnl_attr_get_payload(a), len)});
		break;
	case NFULA_IFINDEX_INDEV:
		e->in = len == 4 ? (int)ntohl(mnl_attr_get_u32(a)) : 0;
		break;
	case NFULA_IFINDEX_OUTDEV:
		e->out = len == 4 ? (int)ntohl(mnl_attr_get_u32(a)) : 0;
		break;
	case NFULA_PAYLOAD:
		e->packet = rd_of(mnl_attr_get_payload(a), len);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

struct reader {
	void (*fn)(void *arg, const struct nflog_event *e);
	void *arg;
};

static int put_message(const struct nlmsghdr *h, void *arg)
{
	struct reader *r = arg;
	struct nflog_event e = {0};
	if (h->nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) ||
	    mnl_nlmsg_get_payload_len(h) < sizeof(struct nfgenmsg))
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(struct nfgenmsg), put_attr, &e);
	r->fn(r->arg, &e);
	return MNL_CB_OK;
}

void nflog_read(struct nflog *l, void (*fn)(void *arg, const struct nflog_event *e), void *arg)
{
	struct reader r = {fn, arg};
	_Alignas(struct nlmsghdr) char buf[65536];
	for (;;) {
		ssize_t n = recv(nflog_fd(l), buf, sizeof buf, MSG_DONTWAIT);
		if (n <= 0)
			return;
		mnl_cb_run(buf, (size_t)n, 0, 0, put_message, &r);
	}
}
