## The log: settings, queue, limits, messages; what is in the buffer.
Type help or '?' for a list of available commands.
gw> en
Password: <<
gw# terminal pager 0
gw# conf t
gw(config)# logging timestamp
gw(config)# no logging hide username
gw(config)# no logging console
gw(config)# logging console debugging
gw(config)# logging buffered warnings
gw(config)# logging trap informational
gw(config)# logging host inside 127.0.0.9
gw(config)# logging asdm informational
gw(config)# show logging setting
Syslog logging: enabled
    Facility: 20
    Timestamp logging: enabled
    Hide Username logging: disabled
    Standby logging: disabled
    Debug-trace logging: disabled
    Console logging: level debugging, 10 messages logged
    Monitor logging: disabled
    Buffer logging: level warnings, 0 messages logged
    Trap logging: level informational, facility 20, 4 messages logged
        Logging to inside 127.0.0.9, UDP TX:<*> errors: <*>  dropped: <*>
    Global TCP syslog stats::
        NOT_PUTABLE: 0, ALL_CHANNEL_DOWN: 0
        CHANNEL_FLAP_CNT: 0, SYSLOG_PKT_LOSS: 0
        PARTIAL_REWRITE_CNT: 0
    Permit-hostdown logging: disabled
    History logging: disabled
    Device ID: disabled
    Mail logging: disabled
    ASDM logging: level informational, 2 messages logged
gw(config)# logging buffered notifications
gw(config)# no logging console
gw(config)# clear logging buffer
gw(config)# hostname gw2
gw2(config)# show logging | begin ASDM
    ASDM logging: level informational, 9 messages logged
Oct 14 2026 <*> %ASA-5-111008: User 'enable_15' executed the 'clear logging buffer' command.
Oct 14 2026 <*> %ASA-5-111008: User 'enable_15' executed the 'hostname gw2' command.
Oct 14 2026 <*> %ASA-5-111010: User 'enable_15', running 'CLI' from IP 0.0.0.0, executed 'hostname gw2'
gw2(config)# show logging queue
        Logging Queue length limit : 512 msg(s)
        0 msg(s) discarded due to queue overflow
        0 msg(s) discarded due to memory allocation failure
        Current 0 msg on queue, 0 msgs most on queue
gw2(config)# clear logging asdm
gw2(config)# clear logging queue bufferwrap
gw2(config)# logging rate-limit 10 1 level 6
gw2(config)# show logging rate-limit
gw2(config)# no logging message 713172
gw2(config)# logging message 713119 level 7
gw2(config)# show logging message
syslog 713119: default-level notifications, current-level debugging (enabled)
syslog 713172: default-level informational (disabled)
gw2(config)# show logging message 713119
syslog 713119: default-level notifications, current-level debugging (enabled)
gw2(config)# show running-config logging
logging enable
logging timestamp
no logging hide username
logging buffered notifications
logging trap informational
logging asdm informational
logging host inside 127.0.0.9
logging rate-limit 10 1 level informational
logging message 713119 level debugging
no logging message 713172
gw2(config)# no logging enable
gw2(config)# show logging setting | include Syslog
Syslog logging: disabled
gw2(config)# hostname gw
gw(config)# end
gw# 
