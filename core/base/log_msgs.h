/* The messages of the appliance, each once: id, level, printf format. Sorted by id. IKE messages begin with
 * the identity known so far ("Group = G, Username = U, IP = A, "), which is their first %s. */
#ifndef CORE_BASE_LOG_MSGS_H
#define CORE_BASE_LOG_MSGS_H

/* access lists */
#define MSG_106001 106001, 2, "Inbound TCP connection denied from %s/%u to %s/%u flags %s  on interface %s"
#define MSG_106006 106006, 2, "Deny inbound UDP from %s/%u to %s/%u on interface %s"
#define MSG_106010 106010, 3, "Deny inbound protocol %u src %s:%s dst %s:%s"
#define MSG_106014 106014, 3, "Deny inbound icmp src %s:%s dst %s:%s (type %d, code %d)"
#define MSG_106023_PORT 106023, 4, "Deny %s src %s:%s/%u dst %s:%s/%u by access-group \"%s\" [0x%x, 0x0]"
#define MSG_106023_ICMP 106023, 4, "Deny icmp src %s:%s dst %s:%s (type %d, code %d) by access-group \"%s\" [0x%x, 0x0]"
#define MSG_106023_OTHER 106023, 4, "Deny protocol %u src %s:%s dst %s:%s by access-group \"%s\" [0x%x, 0x0]"
#define MSG_710003_OTHER 710003, 3, "%s access denied by ACL from %s to %s:%s"
#define MSG_313001 313001, 3, "Denied ICMP type=%d, code=%d from %s on interface %s"
#define MSG_305013 305013, 5, "Asymmetric NAT rules matched for forward and reverse flows; Connection for %s src %s:%s%s dst %s:%s%s denied due to NAT reverse path failure"
#define MSG_106101 106101, 1, "Number of cached deny-flows for ACL log has reached limit (%u)."
#define MSG_109003 \
	109003, 6,         \
	        "Auth from %s to %s failed (all servers failed) on interface %s, so marking all " \
	        "servers ACTIVE again."
#define MSG_109016 109016, 3, "Can't find authorization ACL %s for user '%s'"
#define MSG_109026 109026, 3, "[RADIUS] Invalid reply digest received; shared server key may be mismatched."
#define MSG_109027 109027, 4, "[RADIUS] Unable to decipher response message Server = %s, User = %s"
#define MSG_109038 109038, 3, "Attribute %s value %s from AAA server could not be parsed as a type %s"

/* AAA */
#define MSG_109031 109031, 4, "NT Domain Authentication Failed: rejecting guest login for %s."
#define MSG_109026_TACACS \
	109026, 3, "[TACACS+] Invalid reply digest received; shared server key may be mismatched."
#define MSG_113003 113003, 6, "AAA group policy for user %s is being set to %s."
#define MSG_113004        113004, 6, "AAA user authentication Successful : server =  %s : user = %s"
#define MSG_113004_AUTHORIZATION \
	113004, 6, "AAA user authorization Successful : server =  %s : user = %s"
#define MSG_113005 \
	113005, 6, "AAA user authentication Rejected : reason = %s : server = %s : user = %s"
#define MSG_113006 \
	113006, 6, "User %s locked out on exceeding %u successive failed authentication attempts"
#define MSG_113007        113007, 6, "User %s unlocked by %s"
#define MSG_113008        113008, 6, "AAA transaction status ACCEPT : user = %s"
#define MSG_113008_REJECT 113008, 6, "AAA transaction status REJECT : user = %s"
#define MSG_113009        113009, 6, "AAA retrieved default group policy (%s) for user = %s"
#define MSG_113010        113010, 6, "AAA challenge received for user %s from server %s"
#define MSG_113011        113011, 6, "AAA retrieved user specific group policy (%s) for user = %s"
#define MSG_113012        113012, 6, "AAA user authentication Successful : local database : user = %s"
#define MSG_113013        113013, 6, "AAA unable to complete the request Error : reason = %s : user = %s"
#define MSG_113014 \
	113014, 6, "AAA authentication server not accessible : server =  %s : user = %s"
#define MSG_113015 \
	113015, 6, "AAA user authentication Rejected : reason = %s : local database : user = %s"
#define MSG_113022 113022, 2, "AAA Marking %s server %s in aaa-server group %s as FAILED"
#define MSG_113023 113023, 2, "AAA Marking %s server %s in aaa-server group %s as ACTIVE"
#define MSG_113020 113020, 3, "Kerberos error: Clock skew with server %s greater than 300 seconds"
#define MSG_113021 113021, 3, "Attempted console login failed.  User %s did NOT have appropriate Admin Rights."
#define MSG_113016        113016, 6, "AAA credentials rejected : reason = %s : server = %s : user = %s"
#define MSG_113017 \
	113017, 6, "AAA credentials rejected : reason = %s : local database : user = %s"
#define MSG_113018 113018, 3, "User: %s, Unsupported downloaded ACL Entry: %s, Action: %s"
#define MSG_113019                                                                          \
	113019, 4,                                                                          \
	        "%sSession disconnected. Session Type: %s, Duration: %s, Bytes xmt: %llu, " \
	        "Bytes rcv: %llu, Reason: %s"

#define MSG_113029                                                                              \
	113029, 4,                                                                              \
	        "Group %s User %s IP %s Session could not be established: session limit of %u " \
	        "reached"

/* administration */
#define MSG_111001 111001, 5, "Begin configuration: %s writing to %s"
#define MSG_111002 111002, 5, "Begin configuration: %s reading from %s"
#define MSG_111003 111003, 5, "%s Erase configuration"
#define MSG_111004 111004, 5, "%s end configuration: %s"
#define MSG_111007 111007, 5, "Begin configuration: %s reading from terminal"
#define MSG_111008 111008, 5, "User '%s' executed the '%s' command."
#define MSG_111009 111009, 7, "User '%s' executed cmd: %s"
#define MSG_111010 111010, 5, "User '%s', running 'CLI' from IP %s, executed '%s'"
#define MSG_111005 111005, 5, "%s end configuration: OK"
#define MSG_112001 112001, 2, "(%s:0) Clear complete."
#define MSG_199001 199001, 5, "Reload command executed from %s."
#define MSG_199002 199002, 6, "startup completed.  Beginning operation."
#define MSG_199005 199005, 6, "Startup begin"
#define MSG_308001 308001, 6, "console enable password incorrect for %u tries (from %s)"
#define MSG_315011 315011, 6, "SSH session from %s on interface %s for user \"%s\" terminated normally"
#define MSG_502101 502101, 5, "New user added to local dbase: Uname: %s Priv: %u Encpass: *****"
#define MSG_502102 502102, 5, "User deleted from local dbase: Uname: %s Priv: %u Encpass: *****"
#define MSG_502103 502103, 5, "User priv level changed: Uname: %s From: %u To: %u"
#define MSG_502111 502111, 5, "New group policy added: name: %s Type: %s"
#define MSG_502112 502112, 5, "Group policy deleted: name: %s Type: %s"
#define MSG_710003 710003, 3, "%s access denied by ACL from %s/%s to %s:%s/%s"
#define MSG_605004_CONSOLE 605004, 6, "Login denied from serial to console for user \"%s\""
#define MSG_605004 605004, 6, "Login denied from %s/%s to %s:%s/ssh for user \"%s\""
#define MSG_605005_CONSOLE 605005, 6, "Login permitted from serial to console for user \"%s\""
#define MSG_605005 605005, 6, "Login permitted from %s/%s to %s:%s/ssh for user \"%s\""
#define MSG_611101 611101, 6, "User authentication succeeded: IP address: %s, Uname: %s"
#define MSG_611102 611102, 6, "User authentication failed: IP address: %s, Uname: %s"
#define MSG_611103 611103, 5, "User logged out: Uname: %s"

#define MSG_201008 201008, 3, "Disallowing new connections."
#define MSG_414003                                                                            \
	414003, 3,                                                                            \
	        "TCP Syslog Server %s:%s/%u not responding. New connections are %s based on " \
	        "logging permit-hostdown policy."
#define MSG_414004 414004, 6, "TCP Syslog server %s:%s/%u - Connection restored"

/* debug output while `logging debug-trace` */
#define MSG_711001 711001, 7, "%s"

/* IPsec */
#define MSG_402114                                                                               \
	402114, 4,                                                                               \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s to " \
	        "%s "                                                                            \
	        "with an invalid SPI."
#define MSG_402116                                                                                 \
	402116, 4,                                                                                 \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s "      \
	        "(user= %s) to %s. The decapsulated inner packet doesn't match the negotiated "    \
	        "policy in the SA. The packet specifies its destination as %s, its source as %s, " \
	        "and its protocol as %s. The SA specifies its local proxy as %s and its "          \
	        "remote_proxy as %s."
#define MSG_402117 402117, 4, "IPSEC: Received a non-IPSec packet (protocol= %s) from %s to %s."
#define MSG_402118                                                                            \
	402118, 4,                                                                            \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s " \
	        "(user= %s) to %s containing an illegal IP fragment of length %u with offset %u."
#define MSG_402119                                                                            \
	402119, 4,                                                                            \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s " \
	        "(user= %s) to %s that failed anti-replay checking."
#define MSG_402120                                                                            \
	402120, 4,                                                                            \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s " \
	        "(user= %s) to %s that failed authentication."
#define MSG_402121                                                                            \
	402121, 4,                                                                            \
	        "IPSEC: Received an ESP packet (SPI= 0x%08X, sequence number= 0x%X) from %s " \
	        "(user= %s) to %s that was dropped by IPSec (%s)."
#define MSG_402122                                                                          \
	402122, 4,                                                                          \
	        "Received a cleartext packet from %s to %s that was to be encapsulated in " \
	        "IPSec that was dropped by IPSec (%s)."
#define MSG_602303                                                                              \
	602303, 6,                                                                              \
	        "IPSEC: An %s remote access SA (SPI= 0x%08X) between %s and %s (user= %s) has " \
	        "been "                                                                         \
	        "created."
#define MSG_602304                                                                              \
	602304, 6,                                                                              \
	        "IPSEC: An %s remote access SA (SPI= 0x%08X) between %s and %s (user= %s) has " \
	        "been "                                                                         \
	        "deleted."
#define MSG_602305 \
	602305, 3, "IPSEC: SA creation error, source %s, destination %s, reason %s"
#define MSG_702305                                                                             \
	702305, 3,                                                                             \
	        "IPSEC: An %s remote access SA (SPI= 0x%08X) between %s and %s (user= %s) is " \
	        "rekeying "                                                                    \
	        "due to sequence number rollover."
#define MSG_702307                                                                             \
	702307, 7,                                                                             \
	        "IPSEC: An %s remote access SA (SPI= 0x%08X) between %s and %s (user= %s) is " \
	        "rekeying "                                                                    \
	        "due to data rollover."

/* interfaces */
#define MSG_411001 411001, 4, "Line protocol on Interface %s, changed state to up"
#define MSG_411002 411002, 4, "Line protocol on Interface %s, changed state to down"

/* PPP, L2TP, address assignment */
#define MSG_403102 \
	403102, 4, "PPP virtual interface %u rcvd pkt with invalid protocol: %u, reason: %s."
#define MSG_403103 403103, 4, "PPP virtual interface max connections reached."
#define MSG_403108 403108, 4, "PPP virtual interface %u missing client ip address option"
#define MSG_109032 \
	109032, 3, "Unable to install ACL %s, downloaded for user %s; Error in ACE: %s."
#define MSG_109201 \
	109201, 5, "UAUTH: Session=0x%08x, User=%s, Assigned IP=%s, Succeeded adding entry."
#define MSG_109210 \
	109210, 5, "UAUTH: Session=0x%08x, User=%s, Assigned IP=%s, Successfully removed entry."
#define MSG_109011 109011, 2, "Authen Session Start: user '%s', sid %u"
#define MSG_109012 109012, 5, "Authen Session End: user '%s', sid %u, elapsed %u seconds"
#define MSG_603102 603102, 6, "PPP virtual interface %u - user: %s aaa authentication started"
#define MSG_603103 603103, 6, "PPP virtual interface %u - user: %s aaa authentication %s"
#define MSG_603106                                                             \
	603106, 6,                                                             \
	        "L2TP Tunnel created, tunnel_id is %u, remote_peer_ip is %s, " \
	        "ppp_virtual_interface_id "                                    \
	        "is %u, client_dynamic_ip is %s, username is %s"
#define MSG_603107 603107, 6, "L2TP Tunnel deleted, tunnel_id = %u, remote_peer_ip = %s"
#define MSG_603110                                                                               \
	603110, 4,                                                                               \
	        "Failed to establish L2TP session, tunnel_id = %u, remote_peer_ip = %s, user = " \
	        "%s. "                                                                           \
	        "Multiple sessions per tunnel are not supported"
#define MSG_734001                                                                                 \
	734001, 6,                                                                                 \
	        "DAP: User %s, Addr %s, Connection L2TP: The following DAP records were selected " \
	        "for "                                                                             \
	        "this connection: DfltAccessPolicy"
#define MSG_737003 737003, 5, "IPAA: DHCP configured, no viable servers found for tunnel-group '%s'"
#define MSG_737004 737004, 5, "IPAA: DHCP configured, request failed for tunnel-group '%s'"
#define MSG_737005 737005, 6, "IPAA: DHCP configured, request succeeded for tunnel-group '%s'"
#define MSG_737006 737006, 6, "IPAA: Local pool request succeeded for tunnel-group '%s'"
#define MSG_737007 737007, 5, "IPAA: Local pool request failed for tunnel-group '%s'"
#define MSG_737010 737010, 6, "IPAA: AAA assigned address %s, succeeded"
#define MSG_737012 737012, 4, "IPAA: Address assignment failed"
#define MSG_737015 737015, 6, "IPAA: Freeing DHCP address %s"
#define MSG_737016 737016, 6, "IPAA: Freeing local pool %s address %s"
#define MSG_737017 737017, 6, "IPAA: DHCP request attempt %u succeeded"
#define MSG_737018 737018, 5, "IPAA: DHCP request attempt %u failed"
#define MSG_737019 \
	737019, 4, "IPAA: Unable to get address from group-policy or tunnel-group local pools"
#define MSG_737026 737026, 6, "IPAA: Client assigned %s from local pool %s"

/* IKE: %s first = identity prefix */
#define MSG_713041_REKEY                                                                        \
	713041, 5,                                                                              \
	        "%sIKE Initiator: Rekeying Phase 1, Intf %s, IKE Peer %s  local Proxy Address " \
	        "N/A, "                                                                         \
	        "remote Proxy Address N/A,  Crypto map (N/A)"
#define MSG_713041                                                                             \
	713041, 5,                                                                             \
	        "%sIKE Initiator: New Phase 1, Intf %s, IKE Peer %s  local Proxy Address %s, " \
	        "remote Proxy Address %s,  Crypto map (%s)"
#define MSG_713042 \
	713042, 3, "%sIKE Initiator unable to find policy: Intf %s, Src: %s, Dst: %s"
#define MSG_713048 713048, 3, "%sError processing payload: Payload ID: %u"
#define MSG_713049                                                                          \
	713049, 5,                                                                          \
	        "%sSecurity negotiation complete for User (%s)  %s, Inbound SPI = 0x%08x, " \
	        "Outbound "                                                                 \
	        "SPI = 0x%08x"
#define MSG_713050                                                                                \
	713050, 5,                                                                                \
	        "%sConnection terminated for peer %s.  Reason: %s  Remote Proxy %s, Local Proxy " \
	        "%s"
#define MSG_713060 \
	713060, 3, "%sTunnel Rejected: User (%s) not member of group (%s), group-lock check failed."
#define MSG_713061                                                                            \
	713061, 3,                                                                            \
	        "%sRejecting IPSec tunnel: no matching crypto map entry for remote proxy %s " \
	        "local proxy "                                                                \
	        "%s on interface %s"
#define MSG_713068 713068, 5, "%sReceived non-routine Notify message: %s (%u)"
#define MSG_713073 \
	713073, 5, "%sResponder forcing change of Phase 1 rekeying duration from %u to %u seconds"
#define MSG_713074 \
	713074, 5, "%sResponder forcing change of Phase 2 rekeying duration from %u to %u seconds"
#define MSG_713075 \
	713075, 5, "%sOverriding Initiator's IPSec rekeying duration from %u to %u seconds"
#define MSG_713076 713076, 5, "%sOverriding Initiator's IPSec rekeying duration from %u to %u Kbs"
#define MSG_713082 713082, 3, "%sFailed to retrieve identity certificate"
#define MSG_713083 713083, 3, "%sInvalid certificate id"
#define MSG_713098 713098, 3, "%sAborting: No identity cert specified in IPSec SA (%s)!"
#define MSG_713109 713109, 3, "%sUnable to process the received peer certificate"
#define MSG_713119 713119, 5, "%sPHASE 1 COMPLETED"
#define MSG_713120 713120, 5, "%sPHASE 2 COMPLETED (msgid=%08x)"
#define MSG_713121 713121, 7, "%sKeep-alive type for this connection: %s"
#define MSG_713122 \
	713122, 3, "%sKeep-alives configured on but peer does not support keep-alives (type = None)"
#define MSG_713123 \
	713123, 3, "%sIKE lost contact with remote peer, deleting connection (keepalive type: DPD)"
#define MSG_713132 713132, 3, "%sCannot obtain an IP address for remote peer"
#define MSG_713136 713136, 5, "%sIKE session establishment timed out [%s], aborting!"
#define MSG_713138 \
	713138, 3, "%sGroup %s not found and BASE GROUP default preshared key not configured"
#define MSG_713165 713165, 3, "%sClient IKE Auth mode differs from the group's configured Auth mode"
#define MSG_713172                                                                             \
	713172, 6,                                                                             \
	        "%sAutomatic NAT Detection Status:     Remote end %s behind a NAT device     " \
	        "This   end %s behind a NAT device"
#define MSG_713191 713191, 3, "%sMaximum concurrent IKE negotiations exceeded!"
#define MSG_713201 713201, 5, "%sDuplicate Phase %u packet detected.  %s"
#define MSG_713202 713202, 5, "%sDuplicate first packet detected.  Ignoring packet."
#define MSG_713204 713204, 7, "%sAdding static route for client address: %s"
#define MSG_713205 713205, 3, "%sCould not add static route for client address: %s"
#define MSG_713206                                                                        \
	713206, 3,                                                                        \
	        "%sTunnel Rejected: Conflicting protocols specified by tunnel-group and " \
	        "group-policy"
#define MSG_713219 \
	713219, 6, "%sQueuing KEY-ACQUIRE messages to be processed when P1 SA is complete."
#define MSG_713220 713220, 6, "%sDe-queuing KEY-ACQUIRE messages that were left pending."
#define MSG_713226 713226, 3, "%sConnection failed with peer %s, no trust-point defined in tunnel-group %s"
#define MSG_713236 \
	713236, 7, "%sIKE_DECODE %s Message (msgid=%x) with payloads : %s total length : %u"
#define MSG_713255 713255, 4, "%sReceived ISAKMP Aggressive Mode message 1 with unknown tunnel group name '%s'"
#define MSG_713256                                                                           \
	713256, 6,                                                                           \
	        "%sSending spoofed ISAKMP Aggressive Mode message 2 due to receipt of "      \
	        "unknown tunnel group. Aborting connection."
#define MSG_713243 713243, 4, "%sUnable to find the requested certificate"
#define MSG_713257                                                                           \
	713257, 5,                                                                           \
	        "%sPhase %u failure:  Mismatched attribute types for class %s:  Rcv'd: %s  " \
	        "Cfg'd: %s"
#define MSG_713259 713259, 5, "%sSession is being torn down. Reason: %s"
#define MSG_713273 713273, 7, "%sDeleting static route for client address: %s"
#define MSG_713274 713274, 3, "%sCould not delete static route for client address: %s"
#define MSG_713902 713902, 3, "%s%s"
#define MSG_713903 713903, 4, "%s%s"
#define MSG_713904 713904, 5, "%s%s"
#define MSG_713905 713905, 6, "%s%s"
#define MSG_713990 \
	713990, 4, "%sClient refused: %s, stage %s: %s (%s). User sees %s. To fix: %s"
#define MSG_713906 713906, 7, "%s%s"
#define MSG_715080 715080, 7, "%sStarting %s rekey timer: %u seconds."

/* What IKE tells step by step: %s = prefix, %s = text. Which text has which number stands in crypto/ike/text.c. */
#define MSG_713024 713024, 7, "%s%s"
#define MSG_713025 713025, 7, "%s%s"
#define MSG_713034 713034, 7, "%s%s"
#define MSG_713035 713035, 7, "%s%s"
#define MSG_713066 713066, 7, "%s%s"
#define MSG_713221 713221, 7, "%s%s"
#define MSG_713169 713169, 7, "%s%s"
#define MSG_713170 713170, 7, "%s%s"
#define MSG_713171 713171, 7, "%s%s"
#define MSG_713222 713222, 7, "%s%s"
#define MSG_713223 713223, 7, "%s%s"
#define MSG_713225 713225, 7, "%s%s"
#define MSG_714002 714002, 7, "%s%s"
#define MSG_714003 714003, 7, "%s%s"
#define MSG_714004 714004, 7, "%s%s"
#define MSG_714005 714005, 7, "%s%s"
#define MSG_714006 714006, 7, "%s%s"
#define MSG_714011 714011, 7, "%s%s"
#define MSG_715001 715001, 7, "%s%s"
#define MSG_715006 715006, 7, "%s%s"
#define MSG_715007 715007, 7, "%s%s"
#define MSG_715009 715009, 7, "%s%s"
#define MSG_715027 715027, 7, "%s%s"
#define MSG_715028 715028, 7, "%s%s"
#define MSG_715033 715033, 7, "%s%s"
#define MSG_715036 715036, 7, "%s%s"
#define MSG_715041 715041, 7, "%s%s"
#define MSG_715046 715046, 7, "%s%s"
#define MSG_715047 715047, 7, "%s%s"
#define MSG_715049 715049, 7, "%s%s"
#define MSG_715058 715058, 7, "%s%s"
#define MSG_715059 715059, 7, "%s%s"
#define MSG_715060 715060, 7, "%s%s"
#define MSG_715061 715061, 7, "%s%s"
#define MSG_715062 715062, 7, "%s%s"
#define MSG_715063 715063, 7, "%s%s"
#define MSG_715064 715064, 7, "%s%s"
#define MSG_715065 715065, 7, "%s%s"
#define MSG_715069 715069, 7, "%s%s"
#define MSG_715070 715070, 7, "%s%s"
#define MSG_715071 715071, 7, "%s%s"
#define MSG_715072 715072, 7, "%s%s"
#define MSG_715074 715074, 7, "%s%s"
#define MSG_717036 717036, 7, "Looking for a tunnel group match based on certificate maps for peer certificate with %s."
#define MSG_717037 717037, 4, "Tunnel group search using certificate maps failed for peer certificate: %s."
#define MSG_717038 717038, 7, "Tunnel group match found. Tunnel Group: %s, Peer certificate: %s."
#define MSG_715075 715075, 7, "%s%s"
#define MSG_715076 715076, 7, "%s%s"
#define MSG_715077 715077, 7, "%s%s"

/* Certificates */
#define MSG_717001 717001, 3, "Querying keypair failed."
#define MSG_717002 717002, 3, "Certificate enrollment failed for trustpoint %s. Reason: %s."
#define MSG_717003 717003, 6, "Certificate received from Certificate Authority for trustpoint %s."
#define MSG_717004 717004, 6, "PKCS #12 export failed for trustpoint %s."
#define MSG_717005 717005, 6, "PKCS #12 export succeeded for trustpoint %s."
#define MSG_717006 717006, 6, "PKCS #12 import failed for trustpoint %s."
#define MSG_717007 717007, 6, "PKCS #12 import succeeded for trustpoint %s."
#define MSG_717009 717009, 3, "Certificate validation failed. %s."
#define MSG_717010 717010, 3, "CRL polling failed for trustpoint %s."
#define MSG_717011 717011, 2, "Unexpected event %s %s"
#define MSG_717012 717012, 3, "Failed to refresh CRL cache entry from the server for trustpoint %s at %s"
#define MSG_717013 717013, 5, "Removing a cached CRL to accommodate an incoming CRL. Issuer: %s"
#define MSG_717016 717016, 6, "Removing expired CRL from the CRL cache. Issuer: %s"
#define MSG_717017 717017, 3, "Failed to query CA certificate for trustpoint %s from %s"
#define MSG_717018 717018, 3, "CRL received from %s has too many entries to process (number of entries = %u, maximum number of entries allowed = %u)"
#define MSG_717019 717019, 3, "Failed to insert CRL for trustpoint %s. Reason: %s."
#define MSG_717020 717020, 3, "Failed to install device certificate for trustpoint %s. Reason: %s."
#define MSG_717022 717022, 6, "Certificate was successfully validated. serial number: %s, subject name:  %s."
#define MSG_717025 717025, 7, "Validating certificate chain containing %u certificate(s)."
#define MSG_717027 717027, 3, "Certificate chain failed validation. %s."
#define MSG_717028 717028, 6, "Certificate chain was successfully validated %s."
#define MSG_717029 717029, 7, "Identified client certificate within certificate chain. serial number: %s, subject name: %s."
#define MSG_717030 717030, 7, "Found a suitable trustpoint %s to validate certificate."
#define MSG_717031 717031, 4, "Failed to find a suitable trustpoint for the issuer: %s Reason: %s"
#define MSG_717035 717035, 4, "OCSP status is being checked for certificate. %s."
#define MSG_717054 717054, 1, "The %s certificate in the trustpoint %s is due to expire in %u days. Expiration %s Subject Name %s Issuer Name %s Serial Number %s"
#define MSG_717055 717055, 1, "The %s certificate in the trustpoint %s has expired. Expiration %s Subject Name %s Issuer Name %s Serial Number %s"

#endif
