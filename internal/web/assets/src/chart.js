import { start } from './frame.js'
import { stack } from './stack.js'

start({ stack })
