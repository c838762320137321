## (client) Counters of every kind and what clears them, sessions in full and by index, a user who is sent away.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show counters
Protocol     Counter                               Value   Context
IKEV1        ACTIVE_TUNNELS                            1   single_vf
IKEV1        IN_OCTETS                               876   single_vf
IKEV1        IN_PACKETS                                5   single_vf
IKEV1        IN_P2_EXCHANGES                           1   single_vf
IKEV1        OUT_OCTETS                              756   single_vf
IKEV1        OUT_PACKETS                               4   single_vf
IPSEC        PKTS_IN <*>   single_vf
IPSEC        PKTS_OUT <*>   single_vf
IPSEC        BYTES_IN <*>   single_vf
IPSEC        BYTES_OUT <*>   single_vf
PPP          SESSIONS                                  1   single_vf
AAA          AUTHENTICATIONS                           1   single_vf
gw# show counters protocol IKE
Protocol     Counter                               Value   Context
IKEV1        ACTIVE_TUNNELS                            1   single_vf
IKEV1        IN_OCTETS                               876   single_vf
IKEV1        IN_PACKETS                                5   single_vf
IKEV1        IN_P2_EXCHANGES                           1   single_vf
IKEV1        OUT_OCTETS                              756   single_vf
IKEV1        OUT_PACKETS                               4   single_vf
gw# show counters all threshold 1000000
Protocol     Counter                               Value   Context
gw# clear counters all
gw# show crypto accelerator statistics

Crypto Accelerator Status
-------------------------
[Capability]
   Supports hardware crypto: False
   Max accelerators: 1
   Max crypto connections: 16384
[Global Statistics]
   Number of active accelerators: 1
   Number of non-operational accelerators: 0
   Input packets: <*>
   Input bytes: <*>
   Output packets: <*>
   Output error packets: 0
   Output bytes: <*>
[Accelerator 0]
   Status: OK
   Software crypto engine
   Library: <*>
      DES-CBC: out <*>, in <*>
      DES-EDE3-CBC: out <*>, in <*>
      AES-128-CBC: out <*>, in <*>
      AES-192-CBC: out <*>, in <*>
      AES-256-CBC: out <*>, in <*>
      md5: out <*>, in <*>
      sha1: out <*>, in <*>
      sha256: out <*>, in <*>
   Active time (seconds): <*>
   Total crypto transforms: <*>
   Total dropped packets: 0
   [Input statistics]
      Input packets: <*>
      Input bytes: <*>
      Input hashed packets: <*>
      Decrypted packets: <*>
      Decrypted bytes: <*>
      Decrypted IKE messages: 3
   [Output statistics]
      Output packets: <*>
      Output bad packets: 0
      Output bytes: <*>
      Output hashed packets: <*>
      Encrypted packets: <*>
      Encrypted bytes: <*>
      Encrypted IKE messages: 2
   [Diffie-Hellman statistics]
      Secret keys derived: 1
   [RNG statistics]
      Random number requests: 3
gw# clear crypto accelerator statistics
gw# show checksum
Cryptochecksum: <*>
gw# clear crypto ikev1 stats
gw# show crypto ikev1 stats | include In Packets
  In Packets:                  0
gw# clear crypto isakmp stats
gw# clear crypto ipsec stats
gw# show crypto ipsec stats | include Authentication failures
    Authentication failures: 0
    Authentication failures: 0
gw# clear asp drop
gw# show vpn-sessiondb detail
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
gw# show vpn-sessiondb detail index 1

Session Type: IKEv1 IPsec Detailed

Username     : alice                  Index        : 1
Assigned IP  : 10.78.0.10             Public IP    : 203.0.113.101
Protocol     : IKEv1 IPsec L2TPOverIPsec
License      : Other VPN
Encryption   : IKEv1: (1)AES256  IPsec: (1)AES256  L2TPOverIPsec: (1)none
Hashing      : IKEv1: (1)SHA1  IPsec: (1)SHA1  L2TPOverIPsec: (1)none
Bytes Tx     : <*> <*>Bytes Rx     : <*>
Pkts Tx      : <*> <*>Pkts Rx      : <*>
Pkts Tx Drop : 0                      Pkts Rx Drop : 0
Group Policy : clients                Tunnel Group : DefaultRAGroup
Login Time   : 18:03:21 UTC Wed Oct 14 2026
Duration     : <*>
Inactivity   : 0h:00m:00s
VLAN Mapping : N/A                    VLAN         : none
Audt Sess ID : <*>
Security Grp : none

IKEv1 Tunnels: 1
IPsec Tunnels: 1
L2TPOverIPsec Tunnels: 1

IKEv1:
  Tunnel ID    : 1.1
  UDP Src Port : 500                    UDP Dst Port : 500
  IKE Neg Mode : Main                   Auth Mode    : preSharedKeys
  Encryption   : AES256                 Hashing      : SHA1
  Rekey Int (T): 28800 Seconds          Rekey Left(T): <*> Seconds
  D/H Group    : 14
  Filter Name  :

IPsec:
  Tunnel ID    : 1.2
  Local Addr   : 203.0.113.1/255.255.255.255/17/1701
  Remote Addr  : 203.0.113.101/255.255.255.255/17/1701
  Encryption   : AES256                 Hashing      : SHA1
  Encapsulation: Transport
  Rekey Int (T): 3600 Seconds           Rekey Left(T): <*> Seconds
  Rekey Int (D): 250000 K-Bytes         Rekey Left(D): <*> K-Bytes
  Idle Time Out: 30 Minutes             Idle TO Left : 30 Minutes
  Bytes Tx     : <*> <*>Bytes Rx     : <*>
  Pkts Tx      : <*> <*>Pkts Rx      : <*>

L2TPOverIPsec:
  Tunnel ID    : 1.3
  Username     : alice
  Assigned IP  : 10.78.0.10
  Public IP    : 203.0.113.101
  Encryption   : none                   Hashing      : none
  Auth Mode    : msCHAPV2
  Idle Time Out: 30 Minutes             Idle TO Left : 30 Minutes
  Client OS    : Microsoft
  Client OS Ver: 10.0
  Bytes Tx     : <*> <*>Bytes Rx     : <*>
  Pkts Tx      : <*> <*>Pkts Rx      : <*>
gw# show vpn-sessiondb index 99
INFO: There are presently no active sessions of the type specified
gw# show local-host
Interface outside: 0 active
Interface inside: 0 active
gw# clear conn 203.0.113.222
0 connection(s) deleted.
gw# clear uauth nobody
gw# clear uauth alice
gw# show uauth
                        Current    Most Seen
Authenticated Users       0          1
Authen In Progress        0          1
gw# 
