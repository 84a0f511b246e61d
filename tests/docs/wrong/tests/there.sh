#!/bin/sh
# there.sh --right
