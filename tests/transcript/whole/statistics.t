## (client) Statistics of IKE, IPsec and the crypto engine while a client sends, cleared. The block of admission and the rows of
## protocol statistics are recollection.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show crypto isakmp stats

Global IKEv1 Statistics
  Active Tunnels:              1
  Previous Tunnels:            0
  In Octets:                 876
  In Packets:                  5
  In Drop Packets:             0
  In Notifys:                  0
  In P2 Exchanges:             1
  In P2 Exchange Invalids:     0
  In P2 Exchange Rejects:      0
  In P2 Sa Delete Requests:    0
  Out Octets:                756
  Out Packets:                 4
  Out Drop Packets:            0
  Out Notifys:                 0
  Out P2 Exchanges:            0
  Out P2 Exchange Invalids:    0
  Out P2 Exchange Rejects:     0
  Out P2 Sa Delete Requests:   0
  Initiator Tunnels:           0
  Initiator Fails:             0
  Responder Fails:             0
  System Capacity Fails:       0
  Auth Fails:                  0
  Decrypt Fails:               0
  Hash Valid Fails:            0
  No Sa Fails:                 0

IKEV1 Call Admission Statistics
  Max In-Negotiation SAs:               1000
  In-Negotiation SAs:                      0
  In-Negotiation SAs Highwater:            1
  In-Negotiation SAs Rejected:             0
gw# show crypto ikev1 stats | include Tunnels
  Active Tunnels:              1
  Previous Tunnels:            0
  Initiator Tunnels:           0
gw# show crypto ipsec stats

IPsec Global Statistics
-----------------------
Active tunnels: 1
Previous tunnels: 0
Inbound
    Bytes: <*>
    Decompressed bytes: <*>
    Packets: <*>
    Dropped packets: 0
    Replay failures: 0
    Authentications: <*>
    Authentication failures: 0
    Decryptions: <*>
    Decryption failures: 0
    TFC Packets: 0
    Decapsulated fragments needing reassembly: 0
    Valid ICMP Errors rcvd: 0
    Invalid ICMP Errors rcvd: 0
Outbound
    Bytes: <*>
    Uncompressed bytes: <*>
    Packets: <*>
    Dropped packets: 0
    Authentications: <*>
    Authentication failures: 0
    Encryptions: <*>
    Encryption failures: 0
    TFC Packets: 0
    Fragmentation successes: 0
        Pre-fragmentation successses: 0
        Post-fragmentation successes: 0
    Fragmentation failures: 0
        Pre-fragmentation failures: 0
        Post-fragmentation failures: 0
    Fragments created: 0
    PMTUs sent: 0
    PMTUs rcvd: 0
Protocol failures: 0
Missing SA failures: 0
System capacity failures: 0
Inbound SA delete requests: 0
Outbound SA delete requests: 0
Inbound SA destroy calls: 0
Outbound SA destroy calls: 0

gw# show crypto protocol statistics all
[IKEv1 statistics]
  Encrypt packet requests: 2
  Encapsulate packet requests: 4
  Decrypt packet requests: 3
  Decapsulate packet requests: 5
  HMAC calculation requests: 34
  SA creation requests: 1
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 1
  Random number generation requests: 3
  Failed requests: 0
[IKEv2 statistics]
  Encrypt packet requests: 0
  Encapsulate packet requests: 0
  Decrypt packet requests: 0
  Decapsulate packet requests: 0
  HMAC calculation requests: 0
  SA creation requests: 0
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 0
  Random number generation requests: 0
  Failed requests: 0
[IPsec statistics]
  Encrypt packet requests: <*>
  Encapsulate packet requests: <*>
  Decrypt packet requests: <*>
  Decapsulate packet requests: <*>
  HMAC calculation requests: <*>
  SA creation requests: 1
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 1
  Random number generation requests: 1
  Failed requests: 0
[SSL statistics]
  Encrypt packet requests: 0
  Encapsulate packet requests: 0
  Decrypt packet requests: 0
  Decapsulate packet requests: 0
  HMAC calculation requests: 0
  SA creation requests: 0
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 0
  Random number generation requests: 0
  Failed requests: 0
[SSH statistics]
  Encrypt packet requests: 0
  Encapsulate packet requests: 0
  Decrypt packet requests: 0
  Decapsulate packet requests: 0
  HMAC calculation requests: 0
  SA creation requests: 0
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 0
  Random number generation requests: 0
  Failed requests: 0
[SRTP statistics]
  Encrypt packet requests: 0
  Encapsulate packet requests: 0
  Decrypt packet requests: 0
  Decapsulate packet requests: 0
  HMAC calculation requests: 0
  SA creation requests: 0
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 0
  Random number generation requests: 0
  Failed requests: 0
[Other statistics]
  Encrypt packet requests: 0
  Encapsulate packet requests: 0
  Decrypt packet requests: 0
  Decapsulate packet requests: 0
  HMAC calculation requests: 0
  SA creation requests: 0
  SA rekey requests: 0
  SA deletion requests: 0
  Next phase key allocation requests: 0
  Random number generation requests: 0
  Failed requests: 0
gw# show asp drop

Frame drop:

Last clearing: Never

Flow drop:

Last clearing: Never
gw# show resource usage
Resource                Current       Peak      Limit     Denied Context
Other VPN Sessions            1          1       4096          0 System
L2TP Tunnels                  1          1      20000          0 System
IKE Peers                     1          1      20000          0 System
IPsec SA Pairs                1          1      65536          0 System
gw# show interface outside | include packets input
        0 packets input, 0 bytes, 0 no buffer
        0 packets input, 0 bytes
gw# clear crypto protocol statistics all
gw# clear crypto ipsec sa counters
gw# clear aaa-server statistics LOCAL
gw# show aaa-server LOCAL | include accepts
Number of accepts                       0
gw# show crypto isakmp sa | json
{
  "active": 1,
  "rekey": 0,
  "total": 1,
  "ikev1_sas": [
    {
      "number": 1,
      "peer": "203.0.113.101",
      "type": "user",
      "role": "responder",
      "rekey": false,
      "state": "MM_ACTIVE",
      "peer_port": 500
    }
  ],
  "ikev2_sas": []
}
gw# show uauth | json
{
  "authenticated_users": 1,
  "authenticated_users_most_seen": 1,
  "authen_in_progress": 0,
  "authen_in_progress_most_seen": 1,
  "users": [
    {
      "user": "alice",
      "address": "10.78.0.10",
      "absolute_timeout_s": 0,
      "inactivity_timeout_s": 1800
    }
  ]
}
gw# clear crypto isakmp sa 203.0.113.222
gw# clear crypto ikev1 sa 203.0.113.101
gw# show uauth
                        Current    Most Seen
Authenticated Users       0          1
Authen In Progress        0          1
gw# show crypto ikev1 stats | include Active
  Active Tunnels:              0
gw# 
