## The appliance about itself and its host: what runs on it, what it may do. Layouts of processes, blocks and tech-support are
## recollection.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# show version

Postern Adaptive Security Appliance Software Version 0.1.0

System image file is "<*>transcript_whole"
Config file at boot was "startup-config"

gw up <*> sec<*>

Hardware:   POSTERN, <*> MB RAM, CPU <*>
Model Id:   <*>
Host:       <*>
Offload:    none


 0: Ext: GigabitEthernet0/0  : address is fa16.3eb0.c3d3, device eth0
 1: Ext: GigabitEthernet0/1  : address is 0000.0000.0000, device eth1

Licensed features for this platform:
Maximum Physical Interfaces       : Unlimited
Inside Hosts                      : Unlimited
Failover                          : Disabled
Encryption-DES                    : Enabled
Encryption-3DES-AES               : Enabled
Security Contexts                 : 0
AnyConnect Premium Peers          : 0
AnyConnect Essentials             : Disabled
Other VPN Peers                   : 16384
Total VPN Peers                   : 16384

Serial Number: 9A63EB0C3D3

Image type          : Release
Key version         : A

Configuration has not been modified since last system restart.
gw# show clock
<*> UTC Wed Oct 14 2026
gw# show cpu
CPU utilization for 5 seconds = <*>%; 1 minute: <*>%; 5 minutes: <*>%
gw# show cpu usage
CPU utilization for 5 seconds = <*>%; 1 minute: <*>%; 5 minutes: <*>%
gw# show memory
Free memory: <*> bytes (<*>%)
Used memory: <*> bytes (<*>%)
-------------     ------------------
Total memory: <*> bytes (100%)
gw# show memory detail
Free memory: <*> bytes (<*>%)
Used memory: <*> bytes (<*>%)
-------------     ------------------
Total memory: <*> bytes (100%)

Process memory: <*> bytes resident
Heap in use: <*> bytes
Heap free: <*> bytes
Heap mapped: <*> bytes

----- allocated memory statistics -----

object                     in use        peak   size (bytes)   total (bytes)
--------------------  -----------  ----------  -------------  --------------
Accounting sessions             0           0 <*>               0
ESP keys <*>
Gateway flows                   0           0 <*>               0
Hash entries <*>
Hash keys <*>
IKE Quick Modes                 0           0 <*>               0
IKE SAs                         0           0 <*>               0
IKE flows                       0           0 <*>               0
IKE pairs of SAs                0           0 <*>               0
IKE peers                       0           0 <*>               0
IPsec flows                     0           0 <*>               0
IPsec old counters              0           0 <*>               0
IPsec pairs of SAs              0           0 <*>               0
IPsec peers                     0           0 <*>               0
L2TP messages                   0           0 <*>               0
L2TP tunnels                    0           0 <*>               0
PPP EAP talks                   0           0 <*>               0
PPP authentications             0           0 <*>               0
PPP new passwords               0           0 <*>               0
PPP sessions                    0           0 <*>               0
PPP users                       0           0 <*>               0
Packet path messages            0           0 <*>               0
Total of objects: <*> bytes (<*>% of resident)
gw# show blocks
  SIZE    MAX    LOW    CNT
    40 <*>
   104 <*>
  9036   2048   2048   2048
gw# show processes
State      Thread      Runtime  Process
Mrd <*> <*>  transcript_whol
gw# show processes cpu-usage
PC         Thread       5Sec     1Min     5Min   Process
- <*> <*> <*> <*>   transcript_whol
gw# show perfmon
PERFMON STATS:                  Current      Average
Connections                           0/s          0/s
AAA Authen                            0/s          0/s
AAA Author                            0/s          0/s
gw# show mode
Security context mode: single
gw# show firewall
Firewall mode: Router
gw# show failover
Failover Off
Failover unit Primary
Failover LAN Interface: not Configured
gw# show inventory
Name: "Chassis", DESCR: "Postern Adaptive Security Virtual Appliance"
PID: POSTERN          , VID: 0.1.0  , SN: 9A63EB0C3D3
gw# show resource usage
Resource                Current       Peak      Limit     Denied Context
Other VPN Sessions            0          0       4096          0 System
L2TP Tunnels                  0          0      20000          0 System
IKE Peers                     0          0 <*>          0 System
IPsec SA Pairs                0          0      65536          0 System
gw# show asp drop

Frame drop:

Last clearing: Never

Flow drop:

Last clearing: Never
gw# show tech-support | include ^-----
------------------ show version ------------------
------------------ show clock ------------------
------------------ show memory detail ------------------
-------------     ------------------
----- allocated memory statistics -----
--------------------  -----------  ----------  -------------  --------------
------------------ show blocks ------------------
------------------ show cpu usage ------------------
------------------ show processes cpu-usage ------------------
------------------ show interface ------------------
------------------ show ip address ------------------
------------------ show route ------------------
------------------ show arp ------------------
------------------ show conn ------------------
------------------ show crypto isakmp sa detail ------------------
------------------ show crypto isakmp stats ------------------
------------------ show crypto ipsec sa detail ------------------
------------------ show crypto ipsec stats ------------------
-----------------------
------------------ show crypto accelerator statistics ------------------
-------------------------
------------------ show counters ------------------
------------------ show vpdn tunnel ------------------
------------------ show vpdn session ------------------
------------------ show vpdn pppinterface ------------------
------------------ show uauth ------------------
------------------ show vpn-sessiondb summary ------------------
------------------ show asp drop ------------------
------------------ show failover ------------------
------------------ show logging ------------------
------------------ show running-config ------------------
gw# conf t
gw(config)# domain-name example.net
gw(config)# exit
gw# show version | include Configuration
Configuration last modified by enable_15 at <*> UTC Wed Oct 14 2026
gw# 
