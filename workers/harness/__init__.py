"""What runs inside the sandbox: the warm zygote, the student's code, and the meters that watch it train.

The only part of Kindling that imports torch. Nothing in here can be trusted once the student's code has begun: it is
checked outside, in `workers.runner.claims`.
"""
