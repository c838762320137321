## logging: levels by number and name, lists, classes, limits, servers; what running-config makes of them. The order of
## the lines is recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# interface GigabitEthernet0/1
ciscoasa(config-if)# nameif inside
INFO: Security level for "inside" set to 100 by default.
ciscoasa(config-if)# exit
ciscoasa(config)# logging on
ciscoasa(config)# logging timestamp
ciscoasa(config)# logging trap ?

configure mode commands/options:
  <0-7>          Enter syslog level (0 - 7)
  WORD           Specify the name of logging list
  alerts         Immediate action needed           (severity=1)
  critical       Critical conditions               (severity=2)
  debugging      Debugging messages                (severity=7)
  emergencies    System is unusable                (severity=0)
  errors         Error conditions                  (severity=3)
  informational  Informational messages            (severity=6)
  notifications  Normal but significant conditions (severity=5)
  warnings       Warning conditions                (severity=4)

ciscoasa(config)# logging trap 4
ciscoasa(config)# logging buffered VPN
ERROR: logging list VPN does not exist
ciscoasa(config)# logging list VPN level errors class vpn
ciscoasa(config)# logging list VPN level 6 class auth
ciscoasa(config)# logging list VPN message 603102-603107
ciscoasa(config)# logging list VPN message 7
ERROR: 7 is neither a message number nor a range of them
ciscoasa(config)# logging buffered VPN
ciscoasa(config)# logging console 0
ciscoasa(config)# logging asdm informational
ciscoasa(config)# logging class vpn buffered debugging trap 3
ciscoasa(config)# logging rate-limit 10 level 6
ciscoasa(config)# logging rate-limit 5 2 message 713119
ciscoasa(config)# logging rate-limit unlimited level 6
ciscoasa(config)# logging host inside 10.1.1.1
ciscoasa(config)# logging host inside 10.1.1.2 tcp/1470
ciscoasa(config)# logging host inside 10.1.1.3 udp/5514 format emblem
ciscoasa(config)# logging host inside 10.1.1.4 sctp/9
ERROR: sctp/9 is not a transport: udp/PORT or tcp/PORT
ciscoasa(config)# logging host inside 10.1.1.5 tcp/1470 format emblem
ERROR: EMBLEM format is for syslog servers over UDP
ciscoasa(config)# logging device-id hostname
ciscoasa(config)# logging queue 1000
ciscoasa(config)# logging buffer-size 65536
ciscoasa(config)# logging permit-hostdown
ciscoasa(config)# no logging hide username
ciscoasa(config)# logging mail errors
ciscoasa(config)# logging message 713119 level 3
ciscoasa(config)# no logging message 111009
ciscoasa(config)# show running-config logging
logging enable
logging timestamp
no logging hide username
logging list VPN level errors class vpn
logging list VPN level informational class auth
logging list VPN message 603102-603107
logging buffer-size 65536
logging console emergencies
logging buffered VPN
logging trap warnings
logging asdm informational
logging mail errors
logging queue 1000
logging device-id hostname
logging permit-hostdown
logging host inside 10.1.1.1
logging host inside 10.1.1.2 6/1470
logging host inside 10.1.1.3 17/5514 format emblem
logging class vpn buffered debugging
logging class vpn trap errors
logging rate-limit 5 2 message 713119
no logging message 111009
logging message 713119 level errors
ciscoasa(config)# show running-config inert
logging mail errors  ! no e-mail is sent
ciscoasa(config)# no logging list VPN message 603102-603107
ciscoasa(config)# no logging class vpn buffered
ciscoasa(config)# no logging host inside 10.1.1.2
ciscoasa(config)# clear configure logging
ciscoasa(config)# show running-config logging
ciscoasa(config)# no logging message 605004-605005
ciscoasa(config)# logging message 113012-113015 level errors
ciscoasa(config)# logging message 5-4
ERROR: 5-4 is neither a message number nor a range of them
ciscoasa(config)# logging message 900000-900009
ERROR: there is no syslog message in 900000-900009
ciscoasa(config)# show running-config logging
logging message 113012 level errors
logging message 113013 level errors
logging message 113014 level errors
logging message 113015 level errors
no logging message 605004
no logging message 605005
ciscoasa(config)# logging message 605000-605009
ciscoasa(config)# clear configure logging
ciscoasa(config)# show running-config logging
ciscoasa(config)# end
ciscoasa# 
