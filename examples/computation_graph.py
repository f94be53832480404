"""Apples and tax: what comes back through a graph of two products

Two apples at 100 each and 10% tax make 220. Forwards each node hands on a value; backwards it hands back how
much the total would change with its inputs. A product multiplies what comes back with its *other* factor. So
each number on the way back answers a question: one apple more costs 110 more, a price higher by 1 costs 2.2
more.
"""

import ondol as od
from _gallery import save

apples = od.Variable(2.0, name="apples")
price = od.Variable(100.0, name="price")
tax = od.Variable(1.1, name="tax")
total = apples * price * tax

by_apples, by_price, by_tax = od.gradients(total, [apples, price, tax])
print(f"total {float(total):.0f}: {float(by_apples):.0f} more for each apple more,", end=" ")
print(f"{float(by_price):.1f} more for each unit of price, {float(by_tax):.0f} for each unit of tax")
assert abs(float(by_apples) - 110) < 1e-4

drawing = od.graph(total, values=True)
print(drawing)
save(drawing)
