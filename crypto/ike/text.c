/* Words: prefixes of messages, names of states and notifies, lines of log and debug. */
#include "crypto/ike/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/zone.h"

/* Whom the prefix that was made last names: the line it is for is written next. */
static struct debug_who about;

struct ike_prefix ike_prefix_ip(uint32_t ip)
{
	struct ike_prefix p;
	about = p.who = (struct debug_who){.ip = ip};
	snprintf(p.s, sizeof p.s, "IP = %s, ", ip4_text(ip).s);
	return p;
}

static struct ike_prefix prefix(const char *group, const char *user, uint32_t ip)
{
	struct ike_prefix p;
	size_t used = 0;
	p.s[0] = '\0';
	about = p.who = (struct debug_who){.ip = ip, .group = group, .user = user};
	if (group != NULL)
		used = (size_t)snprintf(p.s, sizeof p.s, "Group = %.64s, ", group);
	if (user != NULL && user[0] != '\0')
		used += (size_t)snprintf(p.s + used, sizeof p.s - used, "Username = %.64s, ", user);
	snprintf(p.s + used, sizeof p.s - used, "IP = %s, ", ip4_text(ip).s);
	return p;
}

struct ike_prefix ike_prefix(const struct ike_sa *sa)
{
	return prefix(sa->group_name, sa->peer != NULL ? sa->peer->user : NULL, sa->mm.remote.ip);
}

struct ike_prefix ike_prefix_peer(const struct ike_peer *peer)
{
	return prefix(peer->group, peer->user, peer->remote.ip);
}

const char *ike_prefix_again(const struct ike_prefix *p)
{
	about = p->who;
	return p->s;
}

struct debug_who ike_who(const struct ike_sa *sa)
{
	return (struct debug_who){.ip = sa->mm.remote.ip,
	                          .group = sa->group_name,
	                          .user = sa->peer != NULL ? sa->peer->user : NULL};
}

static void debug_line(struct ike *ike, uint8_t level, const char *prefix_text, const char *text)
{
	static const struct {
		uint8_t level;
		const char *class;
	} classes[] = {
	        {IKE_DECODE, "[IKEv1 DECODE]"}, {IKE_DETAIL, "[IKEv1 DEBUG]"}, {0, "[IKEv1]"}};
	size_t c = 0;
	char when[32] = "";
	time_t now = clock_wall(ike->clock);

	while (level < classes[c].level)
		c++;
	zone_format(when, sizeof when, "%b %d %H:%M:%S", now);
	debug_emit(about.ip != 0 ? &about : NULL, DEBUG_IKEV1, level, "%s %s%s%s", when,
	           classes[c].class, prefix_text, text);
	about = (struct debug_who){0};
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* The message that carries a step, by the beginning of its text or of its format: the first row that fits. */
static const struct {
	const char *begins;
	unsigned id;
} steps[] = {
        {"constructing proxy ID", 715001},
        {"constructing ", 715046},
        {"oakley constucting", 715046},
        {"processing ", 715047},
        {"Received NAT-Traversal", 715049},
        {"Received Fragmentation VID", 715049},
        {"Received DPD VID", 715049},
        {"Received Cisco Unity", 715049},
        {"Received xauth", 715049},
        {"Received MS NT5", 715049},
        {"Received keep-alive of type %s, not", 715041},
        {"Received keep-alive of type", 715075},
        {"Sending keep-alive of type", 715036},
        {"IKE Peer included IKE fragmentation", 715064},
        {"IKE MM Responder FSM", 715065},
        {"IKE QM Responder FSM", 715065},
        {"IKE MM Initiator FSM", 715065},
        {"IKE AM Responder FSM", 715065},
        {"IKE AM Initiator FSM", 715065},
        {"IKE QM Initiator FSM", 715065},
        {"Computing hash for ISAKMP", 715076},
        {"Pitcher: ", 715077},
        {"IKE got SPI from key engine", 715006},
        {"IKE got a KEY_ADD", 715007},
        {"IKE Deleting SA", 715009},
        {"IPSec SA Proposal", 715027},
        {"IKE SA Proposal", 715028},
        {"Dropped received IKE fragment", 715060},
        {"Rcv'd fragment", 715061},
        {"Successfully assembled", 715063},
        {"Received local Proxy Host", 713024},
        {"Received remote Proxy Host", 713025},
        {"Received local IP Proxy", 713034},
        {"Received remote IP Proxy", 713035},
        {"IKE Remote Peer configured", 713066},
        {"Static Crypto Map check, checking", 713221},
        {"Static Crypto Map check, map = %s, seq = %u, no ACL", 713223},
        {"Static Crypto Map check, map =", 713222},
        {"Static Crypto Map check, map ", 713225},
        {"NAT-Traversal sending NAT-Original-Address", 713171},
        {"NAT-Discovery payloads missing", 715058},
        {"Proposing/Selecting only UDP-Encapsulated", 715059},
        {"Error assembling fragments!", 715062},
        {"Processing CONNECTED notify", 715033},
        {"Invalid ESP SPI size", 715069},
        {"Invalid IPComp SPI size", 715070},
        {"AH proposal not supported", 715071},
        {"Received proposal with unknown protocol ID", 715072},
        {"Could not retrieve authentication attributes", 715074},
        {"IKE Received delete for rekeyed SA", 713169},
        {"IKE Received delete for rekeyed centry", 713170},
        {"IKE Initiator starting QM", 714002},
        {"IKE Responder starting QM", 714003},
        {"IKE Initiator sending 1st", 714004},
        {"IKE Responder sending 2nd", 714005},
        {"IKE Initiator sending 3rd", 714006},
};

static unsigned step_id(uint8_t level, const char *fmt, const char *text)
{
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (begins(fmt, steps[i].begins) || begins(text, steps[i].begins))
			return steps[i].id;
	return level == IKE_DECODE ? 714011 : 713906; /* the general carrier */
}

void ike_debug(struct ike *ike, uint8_t level, const char *prefix_text, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	const struct debug_who who = about;
	log_msg(step_id(level, fmt, text), LOGL_DEBUGGING, "%s%s", prefix_text, text);
	about = who;
	if (debug_on(DEBUG_IKEV1, level))
		debug_line(ike, level, prefix_text, text);
}

void ike_log_line(struct ike *ike, unsigned id, int level, const char *fmt, ...)
{
	char text[1600];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	log_msg(id, level, "%s", text);
	uint8_t at = id < 714000 ? IKE_EVENT : IKE_DETAIL;
	about.error = level <= LOGL_WARNINGS;
	if (debug_on(DEBUG_IKEV1, at))
		debug_line(ike, at, "", text);
}

struct ike_chain ike_chain(uint8_t first, struct bytes body)
{
	struct ike_chain chain;
	chain.s[0] = '\0';
	if (ike_log_on(713236, LOGL_DEBUGGING))
		ike_chain_text(chain.s, sizeof chain.s, first, body);
	return chain;
}

const char *ike_state_text(uint8_t state)
{
	static const char *const names[ST_N] = {
	        [ST_NEW] = "MM_START",          [ST_MM_START] = "MM_START",
	        [ST_MM_WAIT3] = "MM_WAIT_MSG3", [ST_MM_BUILD4] = "MM_BLD_MSG4",
	        [ST_MM_WAIT5] = "MM_WAIT_MSG5", [ST_MM_WAIT2] = "MM_WAIT_MSG2",
	        [ST_MM_BUILD3] = "MM_BLD_MSG3", [ST_MM_WAIT4] = "MM_WAIT_MSG4",
	        [ST_MM_BUILD5] = "MM_BLD_MSG5", [ST_MM_WAIT6] = "MM_WAIT_MSG6",
	        [ST_MM_BUILD6] = "MM_BLD_MSG6", [ST_MM_CHECK6] = "MM_WAIT_MSG6",
	        [ST_QM_START] = "QM_START",     [ST_QM_BUILD2] = "QM_BLD_MSG2",
	        [ST_QM_WAIT3] = "QM_WAIT_MSG3", [ST_QM_BUILD1] = "QM_BLD_MSG1",
	        [ST_QM_WAIT2] = "QM_WAIT_MSG2", [ST_QM_BUILD3] = "QM_BLD_MSG3",
	        [ST_QM_DONE] = "QM_DONE",       [ST_ACTIVE] = "MM_ACTIVE",
	        [ST_REFUSED] = "MM_DONE",       [ST_AM_START] = "AM_START",
	        [ST_AM_BUILD2] = "AM_BLD_MSG2", [ST_AM_WAIT3] = "AM_WAIT_MSG3",
	        [ST_AM_BUILD1] = "AM_BLD_MSG1", [ST_AM_WAIT2] = "AM_WAIT_MSG2",
	        [ST_AM_BUILD3] = "AM_BLD_MSG3", [ST_AM_CHECK3] = "AM_PROC_MSG3",
	};
	return state < ST_N && names[state] != NULL ? names[state] : "?";
}

const char *ike_past_text(const struct ike_xchg *x, uint8_t state)
{
	if (x->exch != EXCH_AGGRESSIVE)
		return ike_state_text(state);
	switch (state) {
	case ST_NEW:
		return "AM_START";
	case ST_ACTIVE:
		return "AM_ACTIVE";
	case ST_REFUSED:
		return "AM_DONE";
	default:
		return ike_state_text(state);
	}
}

const char *ike_xchg_text(const struct ike_xchg *x)
{
	return ike_past_text(x, x->state);
}

const char *ike_notify_text(uint16_t type)
{
	static const struct {
		uint16_t type;
		const char *text;
	} names[] = {
	        {1, "Invalid payload type"},
	        {2, "DOI not supported"},
	        {3, "Situation not supported"},
	        {4, "Invalid cookie"},
	        {5, "Invalid major version"},
	        {6, "Invalid minor version"},
	        {7, "Invalid exchange type"},
	        {8, "Invalid flags"},
	        {9, "Invalid message id"},
	        {10, "Invalid protocol id"},
	        {11, "Invalid SPI"},
	        {12, "Invalid transform id"},
	        {13, "Attributes not supported"},
	        {14, "No proposal chosen"},
	        {15, "Bad proposal syntax"},
	        {16, "Payload malformed"},
	        {17, "Invalid key info"},
	        {18, "Invalid ID info"},
	        {19, "Invalid certificate encoding"},
	        {20, "Invalid certificate"},
	        {21, "Unsupported certificate type"},
	        {22, "Invalid certificate authority"},
	        {23, "Invalid hash info"},
	        {24, "Authentication failed"},
	        {25, "Invalid signature"},
	        {26, "Address notification"},
	        {27, "SA lifetime notification"},
	        {28, "Certificate unavailable"},
	        {29, "Unsupported exchange type"},
	        {30, "Unequal payload lengths"},
	        {NOTIFY_CONNECTED, "Connected"},
	        {NOTIFY_RESPONDER_LIFETIME, "Responder lifetime"},
	        {NOTIFY_REPLAY_STATUS, "Replay status"},
	        {NOTIFY_INITIAL_CONTACT, "Initial contact"},
	        {NOTIFY_R_U_THERE, "DPD R-U-THERE"},
	        {NOTIFY_R_U_THERE_ACK, "DPD R-U-THERE-ACK"},
	};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (names[i].type == type)
			return names[i].text;
	return "Unknown";
}

const char *ike_id_text(uint8_t type)
{
	static const char *const names[] = {
	        [ID_IPV4_ADDR] = "IPV4_ADDR",     [ID_FQDN] = "FQDN",
	        [ID_USER_FQDN] = "USER_FQDN",     [ID_IPV4_SUBNET] = "IPV4_ADDR_SUBNET",
	        [ID_DER_ASN1_DN] = "DER_ASN1_DN", [ID_KEY_ID] = "KEY_ID"};
	return type < sizeof names / sizeof names[0] && names[type] != NULL ? names[type] : "Unknown";
}

struct ike_proxy_text ike_proxy_text(const struct sa_proxy *p)
{
	struct ike_proxy_text t;
	snprintf(t.s, sizeof t.s, "%s/%s/%u/%u", ip4_text(p->ip).s, ip4_text(p->mask).s, p->proto,
	         p->port);
	return t;
}
