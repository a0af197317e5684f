"""Proximal policy optimisation: advantages, and the loss of a policy."""

import tensorflow as tf
from keras import ops


def advantages(rewards, values, next_values, terminated, truncated, gamma, lam):
    """Generalised advantage estimates, and targets for the value network.

        delta_t = r_t + gamma V(s_t+1) (1 - terminated_t) - V(s_t);   A_t = delta_t + gamma lam A_t+1, within an episode

    A truncated episode could have continued: the value of its last state counts. After termination no reward
    follows.

    Args:
        rewards, values, next_values, terminated, truncated: float32 of shape (steps, environments).
        gamma, lam: floats in [0, 1].

    Returns:
        (advantages, targets), of the same shape.

    Example:
    >>> ones, none = np.ones((3, 1), "float32"), np.zeros((3, 1), "float32")
    >>> keras_gan.models.ppo.advantages(ones, none, none, none, none, 0.5, 1.0)[0].numpy().ravel()
    array([1.75, 1.5 , 1.  ], dtype=float32)

    Reference: Schulman et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation", 2016,
    https://arxiv.org/abs/1506.02438; time limits: Pardo et al., "Time Limits in Reinforcement Learning", 2018
    """
    delta = rewards + gamma * next_values * (1.0 - terminated) - values
    goes_on = 1.0 - tf.maximum(terminated, truncated)

    def before(later, now):
        return now[0] + gamma * lam * now[1] * later

    found = tf.scan(before, (delta, goes_on), tf.zeros_like(delta[0]), reverse=True)
    return found, found + values


def policy_loss(logits, actions, log_probabilities, advantages, clip=0.2):
    """PPO's clipped loss, and the mean entropy.

        -mean min(r A, clip(r, 1 - c, 1 + c) A),   r = pi(a | s) / pi_old(a | s)

    Args:
        logits: (batch, actions).
        actions: ints (batch,).
        log_probabilities: log probabilities of the actions at the time they were chosen, (batch,).
        advantages: (batch,).
        clip: float, c.

    Returns:
        Two scalars, the loss and the mean entropy.

    Reference: Schulman et al., "Proximal Policy Optimization Algorithms", 2017, https://arxiv.org/abs/1707.06347
    """
    log_policy = ops.log_softmax(ops.cast(logits, "float32"))
    chosen = tf.gather(log_policy, actions, batch_dims=1)
    ratio = ops.exp(chosen - log_probabilities)
    gain = ops.minimum(ratio * advantages, ops.clip(ratio, 1.0 - clip, 1.0 + clip) * advantages)
    return -ops.mean(gain), -ops.mean(ops.sum(ops.exp(log_policy) * log_policy, axis=-1))
