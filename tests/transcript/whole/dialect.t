## (client) A console in the dialect of PIX 6: what it shows of a session that the others see in their own forms.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# terminal dialect pix-6
gw# show crypto isakmp sa
        dst               src        state     pending     created
     203.0.113.1    203.0.113.101    QM_IDLE         0           1
gw# show crypto ipsec sa | include endpt
     local crypto endpt.: 203.0.113.1, remote crypto endpt.: 203.0.113.101
gw# show vpdn tunnel

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

% No active PPTP tunnels
gw# show vpdn session

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
gw# show vpdn pppinterface id 1

PPP virtual interface id = 1
PPP authentication protocol is msCHAPV2
Client ip address is 10.78.0.10
Transmitted Pkts: <*> Received Pkts: <*> Error Pkts: 0
MPPE key strength is None
  MPPE_Encrypt_Pkts: 0,  MPPE_Encrypt_Bytes: 0
  MPPE_Decrypt_Pkts: 0,  MPPE_Decrypt_Bytes: 0
  Rcvd_Out_Of_Seq_MPPE_Pkts: 0
gw# show uauth
                        Current    Most Seen
Authenticated Users       1          1
Authen In Progress        0          1
vpdn user 'alice' at 10.78.0.10, authenticated
gw# show ip local pool clients
Pool                Begin           End             Free    In use
clients             10.78.0.10      10.78.0.29         19        1
gw# show version | include Version
Postern PIX Firewall Version 0.1.0
gw# show running-config | include ^hostname|^vpdn group
hostname gw
vpdn group l2tp ppp authentication pap
vpdn group l2tp ppp authentication chap
vpdn group l2tp ppp authentication mschap
vpdn group l2tp ppp authentication ms-chap-v2
vpdn group l2tp client configuration address local clients
vpdn group l2tp client authentication local
vpdn group l2tp l2tp tunnel hello 60
gw# terminal dialect asa-8.4
gw# show uauth
                        Current    Most Seen
Authenticated Users       1          1
Authen In Progress        0          1
remote access VPN user 'alice' at 10.78.0.10, authenticated
gw# 
