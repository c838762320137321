/* A `static` line of before 8.3: "(inside,outside) tcp interface www 10.0.0.9 8080 netmask 255.255.255.255". */
#ifndef CORE_CONFIG_NAT_STATIC_H
#define CORE_CONFIG_NAT_STATIC_H

#include "core/base/err.h"
#include "core/base/out.h"
#include "core/config/acl.h"
#include "core/config/nat_rule.h"

/* Names point into the text that was parsed; empty = not said. */
struct nat_static {
	struct str real_if, mapped_if;
	uint8_t proto;  /* 0: whole addresses */
	bool interface; /* mapped: that of the interface */
	uint32_t mapped, real, mask;
	uint16_t mapped_port, real_port;
	struct str acl; /* sources are the real addresses, destinations whom it is for */
	bool dns, norandomseq;
	uint32_t tcp_max, tcp_embryonic, udp_max;
};

/* false with err. */
bool nat_static_parse(struct str text, struct nat_static *s, struct err *err);
/* As it is stored and shown, without "static ". */
void nat_static_print(const struct nat_static *s, struct out *out);
/* As acl_syntax. */
enum nat_status nat_static_syntax(struct str text, size_t *at,
                                  void (*add)(void *arg, const char *word, const char *help),
                                  void *arg);

#endif
