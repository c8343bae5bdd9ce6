import { start } from './frame.js'
import { routes } from './routes.js'

start({ routes })
