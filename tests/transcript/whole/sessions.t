## (client) A session from the console: watched in every layer, and logged off. The layouts are those of the samples
## (vectors/shows), which are compared there; what is recollection in them is marked there.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show vpn-sessiondb ra-ikev1-ipsec

Session Type: IKEv1 IPsec

Username     : alice                  Index        : 1
Assigned IP  : 10.78.0.10             Public IP    : 203.0.113.101
Protocol     : IKEv1 IPsec L2TPOverIPsec
License      : Other VPN
Encryption   : IKEv1: (1)AES256  IPsec: (1)AES256  L2TPOverIPsec: (1)none
Hashing      : IKEv1: (1)SHA1  IPsec: (1)SHA1  L2TPOverIPsec: (1)none
Bytes Tx     : <*> <*>Bytes Rx     : <*>
Group Policy : clients                Tunnel Group : DefaultRAGroup
Login Time   : 18:03:21 UTC Wed Oct 14 2026
Duration     : <*>
Inactivity   : <*>
NAC Result   : Unknown
VLAN Mapping : N/A                    VLAN         : none
gw# show vpn-sessiondb
---------------------------------------------------------------------------
VPN Session Summary
---------------------------------------------------------------------------
                               Active : Cumulative : Peak Concur : Inactive
                             ----------------------------------------------
IKEv1 IPsec/L2TP IPsec       :      1 :          1 :           1
---------------------------------------------------------------------------
Total Active and Inactive    :      1             Total Cumulative :      1
Device Total VPN Capacity    :  16384
Device Load                  :     0%
---------------------------------------------------------------------------

---------------------------------------------------------------------------
Tunnels Summary
---------------------------------------------------------------------------
                               Active : Cumulative : Peak Concurrent
                             ----------------------------------------------
IKEv1                        :      1 :          1 :               1
IPsec                        :      1 :          1 :               1
L2TPOverIPsec                :      1 :          1 :               1
---------------------------------------------------------------------------
Totals                       :      3 :          3
---------------------------------------------------------------------------
gw# show vpn-sessiondb full ra-ikev1-ipsec

Session Type: IKEv1 IPsec | Index: 1 | Username: alice | Assigned IP: 10.78.0.10 | Public IP: 203.0.113.101 | Protocol: IKEv1 IPsec L2TPOverIPsec | Encryption: AES256 | Hashing: SHA1 | Bytes Tx: <*> | Bytes Rx: <*> | Group Policy: clients | Tunnel Group: DefaultRAGroup | Login Time: 18:03:21 UTC Wed Oct 14 2026 | Duration: <*> ||
gw# show vpn-sessiondb ra-ikev1-ipsec filter name bob
INFO: There are presently no active sessions of the type specified
gw# show vpn-sessiondb ratio encryption
Filter Group         : All
Total Active Sessions: 1
Cumulative Sessions  : 1

Encryption               Sessions       Percent
none                            0            0%
DES                             0            0%
3DES                            0            0%
AES128                          0            0%
AES192                          0            0%
AES256                          1          100%
gw# show vpn-sessiondb license-summary
---------------------------------------------------------------------------
VPN Licenses and Configured Limits Summary
---------------------------------------------------------------------------
                                     Status : Capacity : Installed :  Limit
                                  -----------------------------------------
Other VPN (Available by Default) :  ENABLED :    16384 :     16384 :   4096
---------------------------------------------------------------------------

---------------------------------------------------------------------------
VPN Licenses Usage Summary
---------------------------------------------------------------------------
                          Local : Shared :   All  :   Peak :  Eff.  :
                         In Use : In Use : In Use : In Use :  Limit : Usage
                         ----------------------------------------------------
Other VPN              :      1 :        :      1 :      1 :   4096 :     0%
---------------------------------------------------------------------------
gw# show vpdn

L2TP Tunnel Information (Total tunnels=1 sessions=1)

Tunnel id 1 is up, remote id is 1, 1 active sessions
  Tunnel state is established, time since change <*> secs
  Remote Internet Address 203.0.113.101, port 1701
  Local Internet Address 203.0.113.1, port 1701
  <*> packets sent, <*> received, <*> bytes sent, <*> received
  Control Ns 2, Nr 4
  Local RWS 16, Remote RWS 8
  Retransmission time 1, max 1 seconds
  Unsent queuesize 0, max 0
  Resend queuesize 0, max 1
  Total resends 0, ZLB ACKs 2
  Retransmit time distribution: 0 0 0 0 0 0 0 0 0

L2TP Session Information (Total tunnels=1 sessions=1)

Call id 1 is up on tunnel id 1
Remote tunnel name is DESKTOP-7Q2
  Internet Address is 203.0.113.101
  Session username is alice, state is established
    Time since change <*> secs, interface outside
    Remote call id is 1
    PPP interface id is 1
  <*> packets sent, <*> received, <*> bytes sent, <*> received
  Sequencing is off

% No active PPTP tunnels
gw# show vpdn tunnel packets

L2TP Tunnel Information (Total tunnels=1 sessions=1)

LocID  Pkts-In  Pkts-Out  Bytes-In  Bytes-Out
1 <*> <*> <*> <*>

% No active PPTP tunnels
gw# show vpdn session state

L2TP Session Information (Total tunnels=1 sessions=1)

LocID  RemID  TunID  State     Last-Chg
1      1      1      estabd <*> secs
gw# show uauth
                        Current    Most Seen
Authenticated Users       1          1
Authen In Progress        0          1
remote access VPN user 'alice' at 10.78.0.10, authenticated
gw# show crypto isakmp sa

IKEv1 SAs:

   Active SA: 1
    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)
Total IKE SA: 1

1   IKE Peer: 203.0.113.101
    Type    : user            Role    : responder
    Rekey   : no              State   : MM_ACTIVE

There are no IKEv2 SAs
gw# show crypto ikev1 sa detail

IKEv1 SAs:

   Active SA: 1
    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)
Total IKE SA: 1

1   IKE Peer: 203.0.113.101
    Type    : user            Role    : responder
    Rekey   : no              State   : MM_ACTIVE
    Encrypt : aes-256         Hash    : SHA
    Auth    : preshared       Lifetime: 28800
    Lifetime Remaining: <*>
gw# show crypto ipsec sa identity
interface: outside
    Crypto map tag: dyno, seq num: 10, local addr: 203.0.113.1

      local ident (addr/mask/prot/port): (203.0.113.1/255.255.255.255/17/1701)
      remote ident (addr/mask/prot/port): (203.0.113.101/255.255.255.255/17/1701)
      current_peer: 203.0.113.101, username: alice
      dynamic allocated peer ip: 10.78.0.10

      #pkts encaps: <*> #pkts encrypt: <*> #pkts digest: <*>
      #pkts decaps: <*> #pkts decrypt: <*> #pkts verify: <*>
      #pkts compressed: 0, #pkts decompressed: 0
      #pkts not compressed: <*> #pkts comp failed: 0, #pkts decomp failed: 0
      #pre-frag successes: 0, #pre-frag failures: 0, #fragments created: 0
      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: 0
      #TFC rcvd: 0, #TFC sent: 0
      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0
      #send errors: 0, #recv errors: 0

gw# show ipsec sa peer 203.0.113.101 | include encaps
      #pkts encaps: <*> #pkts encrypt: <*> #pkts digest: <*>
gw# show ipsec sa peer 203.0.113.102

There are no ipsec sas
gw# show conn count
2 in use, 2 most used
gw# show route | include ^V
V        10.78.0.10 255.255.255.255 connected by VPN (advertised), outside
gw# show aaa-server LOCAL | include Server|accepts
Server Group:    LOCAL
Server Protocol: Local database
Server Address:  None
Server port:     None
Server status:   ACTIVE, Last transaction at 18:03:21 UTC Wed Oct 14 2026
Number of accepts                       1
gw# show ip local pool clients | begin In Use
In Use Addresses:
10.78.0.10
gw# clear vpdn tunnel id 99
ERROR: tunnel 99 does not exist
gw# vpn-sessiondb logoff name bob noconfirm
INFO: There are presently no active sessions of the type specified
gw# vpn-sessiondb logoff name alice
Do you want to logoff the VPN session(s)? [confirm]<<n
gw# show uauth
                        Current    Most Seen
Authenticated Users       1          1
Authen In Progress        0          1
remote access VPN user 'alice' at 10.78.0.10, authenticated
gw# vpn-sessiondb logoff name alice
Do you want to logoff the VPN session(s)? [confirm]<<
INFO: Number of sessions with name "alice" logged off : 1
gw# show uauth
                        Current    Most Seen
Authenticated Users       0          1
Authen In Progress        0          1
gw# show vpdn

% No active L2TP tunnels

% No active PPTP tunnels
gw# vpn-sessiondb logoff all noconfirm
INFO: There are presently no active sessions of the type specified
gw# show vpn-sessiondb summary
---------------------------------------------------------------------------
VPN Session Summary
---------------------------------------------------------------------------
                               Active : Cumulative : Peak Concur : Inactive
                             ----------------------------------------------
IKEv1 IPsec/L2TP IPsec       :      0 :          1 :           1
---------------------------------------------------------------------------
Total Active and Inactive    :      0             Total Cumulative :      1
Device Total VPN Capacity    :  16384
Device Load                  :     0%
---------------------------------------------------------------------------

---------------------------------------------------------------------------
Tunnels Summary
---------------------------------------------------------------------------
                               Active : Cumulative : Peak Concurrent
                             ----------------------------------------------
IKEv1                        :      0 :          1 :               1
IPsec                        :      0 :          1 :               1
L2TPOverIPsec                :      0 :          1 :               1
---------------------------------------------------------------------------
Totals                       :      0 :          3
---------------------------------------------------------------------------
gw# 
