/* What debug and log tell of a real login against the samples of the reference (its tables of the responder's sequence
 * for L2TP over IPsec, of failures, and the block of an outbound SA; texts found or recollected there as marked). Only
 * addresses, identifiers, times and counts differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/engine.h"
#include "crypto/ike/vendor.h"
#include "tests/exchange/full.h"
#include "tests/exchange/full_heard.h"

void __real_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind);
void __wrap_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind);

/* A client that would fragment its messages in both modes or in none: our engine, when it begins, says Main Mode. */
static bool fragments;

void __wrap_vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind)
{
	static const uint8_t fragmentation[] = {0x40, 0x48, 0xb7, 0xd5, 0x6e, 0xbc, 0xe8,
	                                        0x85, 0x25, 0xe7, 0xde, 0x7f, 0x00, 0xd6,
	                                        0xc2, 0xd3, 0xc0, 0x00, 0x00, 0x00};
	if (kind == VENDOR_FRAGMENTATION && (sa->flags & SAF_INITIATOR))
		return;
	__real_vendor_write(sa, o, kind);
	if (!fragments || !(sa->flags & SAF_INITIATOR) || kind != VENDOR_DPD)
		return;
	ike_out_payload(o, PAY_VENDOR);
	wr_bytes(&o->w, fragmentation, sizeof fragmentation);
}

#define D                   "Sep 15 03:14:00 [IKEv1 DEBUG]"
#define E                   "Sep 15 03:14:00 [IKEv1]"
#define IP                  "IP = 192.0.2.10, "
#define G                   "Group = DefaultRAGroup, IP = 192.0.2.10, "
#define GU                  "Group = DefaultRAGroup, Username = alice, IP = 192.0.2.10, "

static const char *const main_mode[] = {
        D IP "processing SA payload",
        D IP "Oakley proposal is acceptable",
        D IP "processing VID payload",
        D IP "Received NAT-Traversal RFC VID",
        D IP "processing IKE SA payload",
        D IP "IKE SA Proposal # 1, Transform # 5 acceptable  Matches global IKE entry # 1",
        D IP "constructing ISAKMP SA payload",
        D IP "constructing NAT-Traversal VID ver RFC payload",
        D IP "processing ke payload",
        D IP "processing ISA_KE payload",
        D IP "processing nonce payload",
        D IP "processing NAT-Discovery payload",
        D IP "computing NAT Discovery hash",
        E G "Connection landed on tunnel_group DefaultRAGroup",
        D G "constructing ke payload",
        D G "constructing nonce payload",
        D G "constructing NAT-Discovery payload",
        D G "Generating keys for Responder...",
        E G "IKE_DECODE RECEIVED Message (msgid=0) with payloads : HDR + ID (5) + HASH (8) + NONE "
            "(0) total length : 64",
        D G "processing ID payload",
        "Sep 15 03:14:00 [IKEv1 DECODE]" G "ID_IPV4_ADDR ID received",
        D G "processing hash payload",
        D G "Computing hash for ISAKMP",
        E G "Automatic NAT Detection Status:     Remote end is NOT behind a NAT device     This   "
            "end is NOT behind a NAT device",
        D G "constructing ID payload",
        D G "constructing hash payload",
        E G "PHASE 1 COMPLETED",
        D G "Starting P1 rekey timer: 21600 seconds.",
};

static const char *const quick_mode[] = {
        D G "IKE Responder starting QM: msg id = 00000001",
        E G "IKE_DECODE RECEIVED Message (msgid=1) with payloads : HDR + HASH (8) + SA (1) + NONCE "
            "(10) + ID (5) + ID (5) + NONE (0) total length : 436",
        E G "Received remote Proxy Host data in ID Payload:  Address 192.0.2.10, Protocol 17, Port "
            "1701",
        E G "Received local Proxy Host data in ID Payload:  Address 192.0.2.1, Protocol 17, Port "
            "1701",
        E G "L2TP/IPSec session detected.",
        E G "QM IsRekeyed old sa not found by addr",
        D G "processing IPSec SA payload",
        E G "IKE: requesting SPI!",
        D G "IKE got SPI from key engine: SPI = 0x1d67616f",
        D G "oakley constucting quick mode",
        D G "constructing blank hash payload",
        D G "constructing IPSec SA payload",
        D G "constructing IPSec nonce payload",
        D G "constructing proxy ID",
        D G "Transmitting Proxy Id:",
        "  Remote host: 192.0.2.10  Protocol 17  Port 1701",
        "  Local host:  192.0.2.1  Protocol 17  Port 1701",
        D G "constructing qm hash payload",
        D G "IKE Responder sending 2nd QM pkt: msg id = 00000001",
        D G "loading all IPSEC SAs",
        D G "Generating Quick Mode Key!",
        E G "Security negotiation complete for User ()  Responder, Inbound SPI = 0x1d67616f, "
            "Outbound SPI = 0xf4491cfd",
        D G "IKE got a KEY_ADD msg for SA: SPI = 0xf4491cfd",
        E G "PHASE 2 COMPLETED (msgid=00000001)",
        E G "IKEQM_Active() Add L2TP classification rules: ip <192.0.2.10> mask <0xFFFFFFFF> port "
            "<1701>",
};

static const char *const outbound_sa[] = {
        "IPSEC: New embryonic SA created @ 0x7fff2b3c4d50, ",
        "    Direction: inbound",
        "    VPIF num  : 0x00000002",
        "    Tunnel type: ra",
        "    Protocol   : esp",
        "    Lifetime   : 240 seconds",
        "    Direction: outbound",
        "IPSEC: Completed host OBSA update, SPI 0xF4491CFD",
        "IPSEC: Creating outbound VPN context, SPI 0xF4491CFD",
        "    MTU  : 1500 bytes",
        "    VCID : 0x00000000",
        "IPSEC: Completed outbound VPN context, SPI 0xF4491CFD",
        "IPSEC: New outbound encrypt rule, SPI 0xF4491CFD",
        "    Src addr: 192.0.2.1",
        "    Src mask: 255.255.255.255",
        "    Dst addr: 198.51.100.7",
        "    Src ports\n      Upper: 1701\n      Lower: 1701\n      Op   : equal",
        "    Dst ports\n      Upper: 1701\n      Lower: 1701\n      Op   : equal",
        "    Protocol: 17\n    Use protocol: true\n    SPI: 0x00000000\n    Use SPI: false",
        "IPSEC: Completed outbound encrypt rule, SPI 0xF4491CFD",
};

static const char *const teardown[] = {
        D GU "processing delete",
        E GU "Connection terminated for peer 192.0.2.10.  Reason: Peer Terminate  Remote Proxy "
             "192.0.2.10, Local Proxy 192.0.2.1",
        D GU "Active unit receives a delete event for remote peer 192.0.2.10.",
        D GU "IKE Deleting SA: Remote Proxy 192.0.2.10, Local Proxy 192.0.2.1",
};

/* The sequence of messages of one session. */
static const char *const messages[] = {
        "%ASA-7-713225: " G "Static Crypto Map check, map vpn, seq = 20 is a successful match",
        "%ASA-5-109201: UAUTH: Session=0x00001000, User=alice, Assigned IP=10.4.5.10, Succeeded "
        "adding entry.",
        "%ASA-5-109210: UAUTH: Session=0x00001000, User=alice, Assigned IP=10.4.5.10, Successfully "
        "removed entry.",
        "%ASA-5-109012: Authen Session End: user 'alice', sid 1, elapsed 5 seconds",
        "%ASA-7-713236: " IP "IKE_DECODE SENDING Message (msgid=0) with payloads : HDR + SA (1) + "
        "VENDOR (13) + VENDOR (13) + NONE (0) total length : 124",
        "%ASA-7-715047: " IP "processing SA payload",
        "%ASA-7-715049: " IP "Received NAT-Traversal RFC VID",
        "%ASA-7-715046: " G "constructing ke payload",
        "%ASA-7-715076: " G "Computing hash for ISAKMP",
        "%ASA-7-713906: " G "Generating keys for Responder...",
        "%ASA-6-713172: " G "Automatic NAT Detection Status:     Remote end is NOT behind a NAT "
        "device     This   end is NOT behind a NAT device",
        "%ASA-5-713119: " G "PHASE 1 COMPLETED",
        "%ASA-7-714003: " G "IKE Responder starting QM: msg id = 00000001",
        "%ASA-7-713025: " G "Received remote Proxy Host data in ID Payload:  Address 192.0.2.10, "
        "Protocol 17, Port 1701",
        "%ASA-7-713024: " G "Received local Proxy Host data in ID Payload:  Address 192.0.2.1, "
        "Protocol 17, Port 1701",
        "%ASA-7-715006: " G "IKE got SPI from key engine: SPI = 0x1d67616f",
        "%ASA-7-715001: " G "constructing proxy ID",
        "%ASA-5-713049: " G "Security negotiation complete for User ()  Responder, Inbound SPI = "
        "0x1d67616f, Outbound SPI = 0xf4491cfd",
        "%ASA-6-602303: IPSEC: An outbound remote access SA (SPI= 0xCE8C73AC) between 192.0.2.1 "
        "and 203.0.113.5 (user= DefaultRAGroup) has been created.",
        "%ASA-5-713120: " G "PHASE 2 COMPLETED (msgid=00000001)",
        "%ASA-6-603102: PPP virtual interface 1 - user: alice aaa authentication started",
        "%ASA-6-113012: AAA user authentication Successful : local database : user = alice",
        "%ASA-6-113008: AAA transaction status ACCEPT : user = alice",
        "%ASA-6-603103: PPP virtual interface 1 - user: alice aaa authentication succeed",
        "%ASA-6-734001: DAP: User alice, Addr 192.0.2.10, Connection L2TP: The following DAP "
        "records were selected for this connection: DfltAccessPolicy",
        "%ASA-6-603106: L2TP Tunnel created, tunnel_id is 1, remote_peer_ip is 192.0.2.10, "
        "ppp_virtual_interface_id is 1, client_dynamic_ip is 10.4.5.10, username is alice",
        "%ASA-6-603107: L2TP Tunnel deleted, tunnel_id = 1, remote_peer_ip = 192.0.2.10",
        "%ASA-5-713259: " GU "Session is being torn down. Reason: User Requested",
        "%ASA-4-113019: " GU "Session disconnected. Session Type: L2TPOverIPsec, Duration: "
        "0h:00m:31s, Bytes xmt: 5702, Bytes rcv: 420, Reason: User Requested",
};

/* What stands in the samples for names, and for what else differs between them and this session. */
static const struct sample_swap session[] = {
        {"… on disconnect …", NULL},
        {"  <- ", NULL},
        {" policy (P)", " policy (clients)"},
        {"IP = A,", "IP = 192.0.2.10,"},
        {"Status: …", "Status:     Remote end is NOT behind a NAT device     This   end is NOT "
                      "behind a NAT device"},
        {"user = U", "user = alice"},
        {"user: U ", "user: alice "},
        {"Username = U,", "Username = alice,"},
        {"username is U", "username is alice"},
        {"User U, Addr A,", "User alice, Addr 192.0.2.10,"},
        {"0x…", "0x1f4cdbd1"},
        {"between L and A", "between 192.0.2.1 and 192.0.2.10"},
        {"msgid=…", "msgid=1"},
        {"X from local pool POOL", "10.4.5.10 from local pool clients"},
        {"pool POOL address X", "pool clients address 10.4.5.10"},
        {"peer_ip is A,", "peer_ip is 192.0.2.10,"},
        {"peer_ip = A", "peer_ip = 192.0.2.10"},
        {"client_dynamic_ip is X", "client_dynamic_ip is 10.4.5.10"},
};
/* A tunnel of remote access in place of one between LANs. */
static const struct sample_swap good_tunnel[] = {
        {"(GroupPolicy1) for user = 203.0.113.5", "(clients) for user = alice"},
        {"Group = 203.0.113.5,", "Group = DefaultRAGroup,"},
        {"LAN-to-LAN Group (203.0.113.5)", "User ()"},
        {"LAN-to-LAN SA", "remote access SA"},
        {"(user= 203.0.113.5)", "(user= DefaultRAGroup)"},
};
/* That it is a Cisco VPN 3000 or an IOS router is not said to anybody. */
static const struct sample_swap vendor_ids[] = {
        {"constructing Cisco Unity VID", NULL},
        {"constructing xauth V6 VID", NULL},
        {"Send IOS VID", NULL},
        {"Constructing ASA spoofing IOS", NULL},
        {"constructing VID payload", NULL},
        {"Send Altiga/Cisco", NULL},
};
static const struct sample_swap first_message[] = {
        {"IP = A, ", ""},
        {"+ … (13 of them)",
         "+ VENDOR (13) + VENDOR (13) + VENDOR (13) + VENDOR (13) + VENDOR (13)"},
};
static const struct sample_swap embryonic[] = {{"…", NULL}};

static void a_login(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	habits.user = "alice";
	world_edit(w, "crypto ipsec security-association lifetime kilobytes 100000\n");
	listen_all();
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	world_run(w, 1000);
	client_leave(c);
	world_run(w, 3000);
	client_free(c);
	EXPECT(&heard, main_mode);
	EXPECT(&heard, quick_mode);
	EXPECT(&heard, outbound_sa);
	EXPECT(&heard, teardown);
	EXPECT(&logged, messages);
	EXPECT_SAMPLE(&logged, "syslog-02", session);
	EXPECT_SAMPLE(&logged, "syslog-01", good_tunnel);
	EXPECT_SAMPLE(&heard, "debug-04", embryonic);
	listen_no_more();
	world_run(w, 60000);
}

static void vendors(void **state)
{
	struct out texts;
	fragments = true;
	listen_all();
	struct client *c = client_new(*state, &client_windows, HOME_IP);
	client_enter(c);
	heard_texts(&texts);
	EXPECT_SAMPLE(&texts, "debug-02", vendor_ids);
	EXPECT_SAMPLE(&texts, "debug-03", first_message);
	out_free(&texts);
	client_leave(c);
	client_free(c);
	fragments = false;
	listen_no_more();
}

static const char *const wrong_key[] = {
        E G "Received encrypted Oakley Main Mode packet with invalid payloads, MessID = 0",
        E G "ERROR, had problems decrypting packet, probably due to mismatched pre-shared key.  "
            "Aborting",
        /* what the client makes of the answer */
        E G "Received an un-encrypted PAYLOAD_MALFORMED notify message, dropping",
        E G "Information Exchange processing failed",
};
static const char *const no_policy[] = {
        E IP "Phase 1 failure:  Mismatched attribute types for class Encryption Alg:  Rcv'd: "
             "AES-CBC  Cfg'd: 3DES-CBC",
        E IP "Error processing payload: Payload ID: 1",
        E IP "Removing peer from peer table failed, no match!",
        E IP "Error: Unable to remove PeerTblEntry",
};
static const char *const no_transform[] = {
        D G "sending notify message",
        E G "QM FSM error (P2 struct &0xcd2dcb78, mess id 0x2c44baec)!",
        E G "Removing peer from correlator table failed, no match!",
};

/* Of a client in place of a peer between LANs; its phase 1 stays, it may propose something else. */
static const struct sample_swap not_mapped[] = {
        {"Session is being torn down", NULL},
        {"Session disconnected", NULL},
        {"Group = A,", "Group = DefaultRAGroup,"},
        {"IP = A,", "IP = 192.0.2.10,"},
        {"OUTSIDE", "outside"},
        {"0.0.0.0/0.0.0.0/0/0 local", "192.0.2.10/255.255.255.255/17/1701 local"},
};

static void fails(struct world *w, const struct client_habits *habits)
{
	struct client *c = client_new(w, habits, HOME_IP);
	client_dial(c);
	world_run(w, 5000);
	assert_false(client_is_in(c));
	client_free(c);
}

static void failures(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	listen_all();
	habits.psk = "somebody-elses";
	fails(w, &habits);
	EXPECT(&heard, wrong_key);
	world_run(w, 70000);
	habits = client_windows;
	habits.cipher = "aes";
	fails(w, &habits);
	EXPECT(&heard, no_policy);
	assert_non_null(strstr(heard.text, "IKE MM Responder FSM error history (struct &0x"));
	assert_non_null(strstr(heard.text, ")  <state>, <event>:  MM_DONE, EV_ERROR-->MM_START, "));
	world_run(w, 70000);
	habits = client_windows;
	habits.esp = (struct esp_alg){ESP_CIPHER_AES, 16, ESP_MAC_MD5};
	fails(w, &habits);
	EXPECT(&heard, no_transform);
	world_run(w, 70000);
	world_edit(w, "access-list far extended permit udp host 203.0.113.1 host 198.51.100.9\n"
	              "crypto dynamic-map dyno 10 match address far\n");
	habits = client_windows;
	out_clear(&logged);
	fails(w, &habits);
	world_run(w, 70000);
	EXPECT_SAMPLE(&logged, "syslog-03", not_mapped);
	listen_no_more();
	world_run(w, 70000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(a_login, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(vendors, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(failures, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
