package chart

import "time"

// Instant is a time as the zone it is in and as UTC write it:
// Mon 7 Dec 2026 09:00 Asia/Tokyo (00:00 UTC).
func Instant(t time.Time) string { return inZoneAndUTC(t) }
