// Stands for your own: `Bearer alice` is alice.
module.exports = async (req, res, proceed) => {
  const id = /^Bearer (\w+)$/.exec(req.headers.authorization ?? '')?.[1];
  if (!id) return res.status(401).json({ code: 'unauthenticated' });
  req.user = { id, wallet_address: '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin' };
  return proceed();
};
