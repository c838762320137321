## debug: crypto debugs say nothing when switched on, the others echo a line; show debug lists what is on. The two blanks
## of "event  enabled", the order and the block of conditions are recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# show debug
ciscoasa# debug crypto ikev1 127
ciscoasa# debug crypto isakmp 255
ciscoasa# debug cry ipsec 127
ciscoasa# debug radius session
debug radius  session
ciscoasa# debug l2tp event
debug l2tp event  enabled at level 1
ciscoasa# debug ppp negotiation
debug ppp negotiation  enabled at level 1
ciscoasa# debug vpdn packet
debug l2tp packet  enabled at level 1
ciscoasa# debug aaa authentication
debug aaa authentication enabled at level 1
ciscoasa# debug aaa
debug aaa common enabled at level 1
ciscoasa# show debug
debug crypto ikev1 enabled at level 255
debug crypto ipsec enabled at level 127
debug l2tp event  enabled at level 1
debug l2tp packet  enabled at level 1
debug ppp negotiation  enabled at level 1
debug aaa authentication enabled at level 1
debug aaa common enabled at level 1
debug radius  session
ciscoasa# show debug l2tp
debug l2tp event  enabled at level 1
debug l2tp packet  enabled at level 1
ciscoasa# conf t
ciscoasa(config)# no debug vpdn packet
ciscoasa(config)# undebug l2tp event
ciscoasa(config)# undebug aaa
ciscoasa(config)# no debug radius
ciscoasa(config)# debug radius user jdoe
debug radius  user jdoe
ciscoasa(config)# debug tacacs user jane
debug tacacs  user jane
ciscoasa(config)# show debug radius
debug radius  user jdoe
ciscoasa(config)# undebug radius user jdoe
ciscoasa(config)# show debug radius
ciscoasa(config)# undebug tacacs
ciscoasa(config)# debug crypto ca cluster 7
ciscoasa(config)# show debug crypto
debug crypto ikev1 enabled at level 255
debug crypto ipsec enabled at level 127
debug crypto ca cluster enabled at level 7
ciscoasa(config)# no debug crypto ca cluster
ciscoasa(config)# debug crypto condition peer 192.0.2.10
ciscoasa(config)# debug crypto condition peer 10.0.0.0 subnet 255.0.0.0
ciscoasa(config)# debug crypto condition user jdoe
ciscoasa(config)# debug crypto condition spi 0x1d67616f
ciscoasa(config)# show crypto debug-condition
Crypto conditional debug is turned ON
IKE debug context unmatched flag:  OFF
IPSec debug context unmatched flag:  OFF
IKE debug context error flag:  OFF
IPSec debug context error flag:  OFF
IKE peer IP address filters:
192.0.2.10/32
10.0.0.0/8
IKE user name filters:
jdoe
IPSec SPI filters:
0x1D67616F
ciscoasa(config)# no debug crypto condition peer 10.0.0.0 subnet 255.0.0.0
ciscoasa(config)# no debug crypto condition user jdoe
ciscoasa(config)# no debug crypto condition spi 493314415
ciscoasa(config)# end
ciscoasa# show debug
Crypto conditional debug is turned ON
IKE peer IP address filters:
192.0.2.10/32
debug crypto ikev1 enabled at level 255
debug crypto ipsec enabled at level 127
debug ppp negotiation  enabled at level 1
debug aaa authentication enabled at level 1
ciscoasa# debug crypto condition reset
ciscoasa# undebug all
ciscoasa# show debug
ciscoasa# show crypto debug-condition
Crypto conditional debug is turned OFF
IKE debug context unmatched flag:  OFF
IPSec debug context unmatched flag:  OFF
IKE debug context error flag:  OFF
IPSec debug context error flag:  OFF
ciscoasa# debug crypto ?

  ca          PKI
  condition   Set conditions for the debugs of IKE, IPsec, L2TP and PPP
  engine      Crypto engine
  ike-common  What IKE does for every version
  ikev1       IKEv1 exchanges
  ipsec       IPsec security associations
  isakmp      IKE exchanges

ciscoasa# debug crypto ikev1 ?

  <1-255>  Specify an optional debug level (default is 1)
  timers   Timers of IKEv1
  <cr>

ciscoasa# debug crypto ikev1 256
                             ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# debug crypto ikev1 0
                             ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# debug crypto
ERROR: % Incomplete command
ciscoasa# disable
ciscoasa> debug crypto ikev1
          ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa> 
