// Notify config: from settings to who is notified, of what and how often.

import { NOTIFY_CHANNELS } from '../telemetry/notify-channel.ts'
import type { NotifyConfig } from './config.ts'
import type { Values } from './values.ts'

/** Undefined where no channel has a URL. */
export function assembleNotify(values: Values): NotifyConfig | undefined {
  const channels = NOTIFY_CHANNELS.flatMap((name) => {
    const url = values.get(`notify.${name}_url`)
    return url === undefined ? [] : [{ name, url }]
  })
  if (channels.length === 0) return undefined
  const noPostAfterMs = values.get('notify.no_post_after')
  const minute = values.get('notify.daily_report')
  return {
    channels,
    afterFailures: values.get('notify.after_failures'),
    ...(noPostAfterMs !== undefined && { noPostAfterMs }),
    ...(minute !== undefined && { report: daily(minute, values.get('notify.time_zone')) }),
    repeatMs: values.get('notify.repeat_every'),
    mostPerHour: values.get('notify.most_per_hour'),
    mute: values.get('notify.mute'),
  }
}

/** @param minute of the day */
function daily(minute: number, timeZone: string) {
  const cron = `${minute % 60} ${Math.floor(minute / 60)} * * *`
  return { cron, timeZone, onStart: false, windows: [], jitterMs: 0, missed: 'once' as const }
}
